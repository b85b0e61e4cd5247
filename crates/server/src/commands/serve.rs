//! `senne serve`

use std::{path::Path, process::ExitCode, sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use metrics_exporter_prometheus::PrometheusBuilder;
use senne_city_impact::Evaluations;
use senne_city_indicators::Indicators;
use senne_city_programme::Programmes;
use senne_face_ngsi_ld::{FederationOptions, NgsiLdOptions};
use senne_face_ngsi_v2::NgsiV2Options;
use senne_face_portal::PortalOptions;
use senne_face_sql::SqlOptions;
use senne_hub::{Context, Hub, HubConfig, Principal};
use senne_indicator::Catalogue;
use senne_intake::{Poller, PreparedFeed, Preset, Sink};
use senne_model::TenantName;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

use crate::{
    cli::Serve,
    contexts::of_folder,
    contracts,
    figures::PortalFigures,
    http::{
        self, Faces, Server,
        connections::{Limits, serve},
    },
    key::{FolderLock, admin_key, remove_address, write_address},
    living,
    programme::{self, PortalProgrammes},
    sink::HubSink,
};

/// So long callers may still take their answers when Senne stops.
const FAREWELL: Duration = Duration::from_secs(10);

pub(super) async fn run(options: Serve) -> anyhow::Result<ExitCode> {
    let Some(_lock) = FolderLock::take(&options.data)? else {
        bail!("{} is in use by another process", options.data.display());
    };
    let metrics = PrometheusBuilder::new()
        .set_buckets(&[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0])?
        .install_recorder()?;
    let config = HubConfig {
        contracts: contracts::in_force(options.contracts.as_deref())?,
        memory_bytes_max: options.memory,
        ..HubConfig::new(&options.data)
    };
    let hub = Hub::open(config).await?;
    let listener = TcpListener::bind(options.listen)
        .await
        .with_context(|| format!("cannot listen on {}", options.listen))?;
    let address = listener.local_addr()?;
    let url = format!("http://{address}");
    // Before anybody knows where Senne is: who asks it to stop as soon as it answers is heard.
    let asked_to_stop = StopSignals::listen()?;
    write_address(&options.data, &url);
    let indicators = Indicators::new(hub.clone(), Catalogue::builtin());
    indicators.reload().await?;
    indicators.keep_up()?;
    Evaluations::new(hub.clone()).keep_up()?;
    let programmes = programme::programmes(hub.clone(), indicators.clone());
    programmes.keep_up()?;
    start_sources(&hub, &programmes, &options)?;
    let server = Server {
        hub: hub.clone(),
        indicators: indicators.clone(),
        programmes: programmes.clone(),
        metrics,
        admin_key: Arc::from(admin_key(&options.data)?),
        open: options.open,
    };
    let sql = SqlOptions::default();
    let stop = sql.stop.clone();
    let ngsi_ld = NgsiLdOptions {
        stop: stop.clone(),
        allow_private_addresses: options.allow_private_addresses,
        context_preload: options.contexts.as_deref().map_or_else(|| Ok(Vec::new()), of_folder)?,
        context_offline: options.contexts_offline,
        temporal_page_values: options.temporal_values.map(|values| values as usize),
        public_url: options.brokers.public_url.clone(),
        context_source_alias: options.brokers.context_source_alias.clone(),
        federation: FederationOptions {
            split_entities: options.brokers.split_entities,
            timeout: options.brokers.source_timeout,
            ..FederationOptions::default()
        },
        ..NgsiLdOptions::default()
    };
    let ngsi_ld = senne_face_ngsi_ld::router(hub.clone(), ngsi_ld)?;
    let ngsi_v2 = options.ngsi_v2.then(|| {
        let limits = NgsiV2Options {
            allow_private_addresses: options.allow_private_addresses,
            ..NgsiV2Options::default()
        };
        senne_face_ngsi_v2::router(hub.clone(), limits)
    });
    let portal = PortalOptions {
        figures: Arc::new(PortalFigures(indicators.clone())),
        programmes: Arc::new(PortalProgrammes { programmes, indicators }),
        ..PortalOptions::default()
    };
    let portal = senne_face_portal::router(hub.clone(), portal);
    let sql = senne_face_sql::router(hub.clone(), sql);
    let router = http::router(server, Faces { ngsi_ld, ngsi_v2: ngsi_v2.transpose()?, portal, sql });
    tracing::info!(%url, folder = %options.data.display(), "Senne listens on {url}");
    let limits = Limits::of(Duration::from_secs(options.idle_seconds));
    let serving = serve(listener, router, limits, stop.clone());
    let asked = stop.clone();
    tokio::spawn(async move {
        asked_to_stop.wait().await;
        asked.cancel();
    });
    tokio::select! {
        () = serving => {}
        () = too_late(&stop) => tracing::warn!("some callers did not take their answers in time"),
    }
    tracing::info!("stopping: no more requests are taken");
    hub.stop().await;
    remove_address(&options.data);
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Live feeds and the simulated city, as asked.
fn start_sources(hub: &Hub, programmes: &Programmes, options: &Serve) -> anyhow::Result<()> {
    if options.simulate {
        let (hub, programmes) = (hub.clone(), programmes.clone());
        let (seed, days) = (options.seed, options.simulate_days);
        tokio::spawn(async move {
            if let Err(problem) = living::keep_alive(hub, programmes, seed, days).await {
                tracing::error!("the simulated city stopped: {problem}");
            }
        });
    }
    if let Some(name) = &options.preset {
        let preset = Preset::builtin(name).with_context(|| {
            format!(
                "there is no preset `{name}`; there are: {}",
                Preset::builtin_ids().collect::<Vec<_>>().join(", ")
            )
        })?;
        let principal = Principal::Service { name: format!("preset:{name}") };
        let context = Context::new(principal, TenantName::default());
        let sink: Arc<dyn Sink> = Arc::new(HubSink { hub: hub.clone(), context });
        for feed in preset.feeds.into_iter().filter(|feed| feed.enabled) {
            let prepared = PreparedFeed::new(feed.feed, Path::new("."))?;
            let poller = Poller::new(prepared, Arc::clone(&sink))?;
            tokio::spawn(async move { poller.run().await });
        }
    }
    Ok(())
}

/// Ends when callers have had their time after the stop: one that reads nothing must not keep Senne from stopping.
async fn too_late(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(FAREWELL).await;
}

/// SIGINT and SIGTERM, heard from the moment at which this is made.
struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Ends when one of them came.
    async fn wait(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
