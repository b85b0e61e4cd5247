//! Notifications over MQTT 3.1.1 and 5 (clause 7). One connection per broker and user is kept while it is in use.

use std::{
    collections::HashMap,
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::net::TcpStream;

use super::endpoint::{MqttBroker, MqttTarget};
use crate::contexts::{addresses, random};

/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_secs(60);

/// How many brokers are connected to at a time.
const CONNECTIONS_MAX: usize = 256;

/// How many messages wait for one connection.
const WAITING_MAX: usize = 64;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);

const KEEP_ALIVE_SECONDS: u16 = 30;

/// The connections to brokers.
pub(super) struct MqttPool {
    connections: Mutex<HashMap<MqttBroker, Arc<Connection>>>,
    allow_private: bool,
}

struct Connection {
    client: Client,
    used: Mutex<Instant>,
    /// Why it ended, once it has.
    ended: Arc<Mutex<Option<String>>>,
}

enum Client {
    V4(rumqttc_v4::AsyncClient),
    V5(rumqttc_v5::AsyncClient),
}

impl MqttPool {
    pub(super) fn new(allow_private: bool) -> Self {
        Self { connections: Mutex::default(), allow_private }
    }

    /// Publishes and waits until the broker has it, as the quality of service says. The error says why it did not.
    pub(super) async fn publish(
        &self,
        target: &MqttTarget,
        message: Vec<u8>,
        timeout: Duration,
    ) -> Result<(), String> {
        let connection = self.connection(&target.broker)?;
        let sent = tokio::time::timeout(timeout, connection.client.publish(target, message)).await;
        let failed = match sent {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(reason)) => reason,
            Err(_) => "the broker did not answer in time".to_owned(),
        };
        // The next message makes a new connection.
        self.forget(&target.broker, &connection);
        Err(connection.ended.lock().clone().unwrap_or(failed))
    }

    /// Lets go of connections that have ended, or that nobody has used for a while.
    pub(super) fn tidy(&self) {
        self.connections.lock().retain(|_, connection| connection.is_wanted());
    }

    fn connection(&self, broker: &MqttBroker) -> Result<Arc<Connection>, String> {
        let mut connections = self.connections.lock();
        if let Some(connection) = connections.get(broker).filter(|there| there.ended.lock().is_none()) {
            *connection.used.lock() = Instant::now();
            return Ok(Arc::clone(connection));
        }
        connections.remove(broker);
        if connections.len() >= CONNECTIONS_MAX {
            return Err(format!("{CONNECTIONS_MAX} brokers are connected to already"));
        }
        let connection = Arc::new(Connection::open(broker, self.allow_private)?);
        connections.insert(broker.clone(), Arc::clone(&connection));
        Ok(connection)
    }

    fn forget(&self, broker: &MqttBroker, connection: &Arc<Connection>) {
        let mut connections = self.connections.lock();
        if connections.get(broker).is_some_and(|there| Arc::ptr_eq(there, connection)) {
            connections.remove(broker);
        }
    }
}

/// Both versions of the protocol have the same calls, in two crates.
macro_rules! open {
    ($library:ident, $broker:expr, $allow_private:expr, $ended:expr) => {{
        let broker = $broker.clone();
        let id = format!("senne-{:016x}", random());
        let mut options = $library::MqttOptions::new(id, (broker.host.clone(), broker.port));
        options.set_keep_alive(KEEP_ALIVE_SECONDS);
        if let Some((user, password)) = &broker.user {
            options.set_credentials(user.clone(), password.clone().into_bytes());
        }
        if broker.secure {
            let secure = $library::Transport::try_tls_with_default_config();
            options.set_transport(secure.map_err(|error| format!("TLS is not to be had: {error}"))?);
        }
        let allow_private = $allow_private;
        options.set_socket_connector(move |_, _| dial(broker.host.clone(), broker.port, allow_private));
        let (client, mut events) = $library::AsyncClient::builder(options).capacity(WAITING_MAX).build();
        let ended = Arc::clone(&$ended);
        tokio::spawn(async move {
            // It ends when the connection breaks, or when nobody holds the client any more.
            let reason = loop {
                if let Err(error) = events.poll().await {
                    break crate::contexts::reasons(&error);
                }
            };
            *ended.lock() = Some(reason);
        });
        client
    }};
}

impl Connection {
    fn open(broker: &MqttBroker, allow_private: bool) -> Result<Self, String> {
        let ended = Arc::new(Mutex::new(None));
        let client = if broker.version5 {
            Client::V5(open!(rumqttc_v5, broker, allow_private, ended))
        } else {
            Client::V4(open!(rumqttc_v4, broker, allow_private, ended))
        };
        Ok(Self { client, used: Mutex::new(Instant::now()), ended })
    }

    fn is_wanted(&self) -> bool {
        self.ended.lock().is_none() && self.used.lock().elapsed() < IDLE
    }
}

impl Client {
    async fn publish(&self, target: &MqttTarget, message: Vec<u8>) -> Result<(), String> {
        let topic = target.topic.clone();
        match self {
            Self::V4(client) => {
                use rumqttc_v4::{PublishOptions, QoS};
                let qos =
                    [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce][usize::from(target.qos.min(2))];
                let notice = client.publish_tracked(topic, message, PublishOptions::new(qos)).await;
                let notice = notice.map_err(|error| error.to_string())?;
                notice.wait_completion_async().await.map_err(|error| error.to_string())
            }
            Self::V5(client) => {
                use rumqttc_v5::{PublishOptions, QoS};
                let qos =
                    [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce][usize::from(target.qos.min(2))];
                let notice = client.publish_tracked(topic, message, PublishOptions::new(qos)).await;
                let notice = notice.map_err(|error| error.to_string())?;
                notice.wait_completion_async().await.map_err(|error| error.to_string())
            }
        }
    }
}

/// Connects to a broker, but not to private addresses unless they are allowed, whatever its name leads to.
async fn dial(host: String, port: u16, allow_private: bool) -> io::Result<TcpStream> {
    let connect = async {
        let found = addresses(host.trim_matches(['[', ']']), port, allow_private).await?;
        TcpStream::connect(&found[..]).await
    };
    match tokio::time::timeout(CONNECT, connect).await {
        Ok(connected) => connected,
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "connecting took too long")),
    }
}
