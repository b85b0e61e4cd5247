//! Subscriptions among brokers that register each other.

use std::time::Duration;

use axum::body::Body;

use super::{
    bed::{Bed, bed, request},
    brokers::{Source, VEHICLES, ids, register},
    distributed_subscribing::{asked, reachable, subscription, vehicle, wait_for_subscriptions},
    receiver::Receiver,
};

/// Long enough for copies of copies and for a second notification, were there any.
const A_MOMENT: Duration = Duration::from_millis(500);

/// Changes something at one broker; the subscriber is told of it once.
async fn told_once(bed: &Bed, id: &str, receiver: &Receiver) {
    let before = receiver.all().len();
    let made = bed.post("/entities?local=true", &vehicle(id, 50)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    receiver.wait_for(before + 1).await;
    tokio::time::sleep(A_MOMENT).await;
    let got = receiver.all();
    assert_eq!(got.len(), before + 1, "{id} is told once");
    assert_eq!(ids(got[before].1.get("data").unwrap()), [id]);
}

/// Clauses: 5.8.1, 6.3.18.
#[tokio::test]
async fn two_brokers_that_register_each_other_copy_a_subscription_once() {
    let ((here, here_url), (there, there_url)) = (reachable().await, reachable().await);
    let receiver = Receiver::start().await;
    register(&here, "1", &there_url, VEHICLES, "").await;
    register(&there, "1", &here_url, VEHICLES, "").await;
    assert_eq!(here.post("/subscriptions", &subscription(&receiver.url, "")).await.status, 201);
    wait_for_subscriptions(&there, 1).await;
    tokio::time::sleep(A_MOMENT).await;
    wait_for_subscriptions(&here, 1).await;
    wait_for_subscriptions(&there, 1).await;
    told_once(&here, "urn:v:1", &receiver).await;
    told_once(&there, "urn:v:2", &receiver).await;
    assert_eq!(here.delete("/subscriptions/urn:sub:1").await.status, 204);
    wait_for_subscriptions(&there, 0).await;
}

/// Clauses: 5.8.1, 6.3.18.
#[tokio::test]
async fn a_circle_of_three_brokers_is_gone_round_once() {
    let ((a, a_url), (b, b_url), (c, c_url)) = (reachable().await, reachable().await, reachable().await);
    let receiver = Receiver::start().await;
    register(&a, "1", &b_url, VEHICLES, "").await;
    register(&b, "1", &c_url, VEHICLES, "").await;
    register(&c, "1", &a_url, VEHICLES, "").await;
    assert_eq!(a.post("/subscriptions", &subscription(&receiver.url, "")).await.status, 201);
    wait_for_subscriptions(&c, 1).await;
    tokio::time::sleep(A_MOMENT).await;
    for broker in [&a, &b, &c] {
        wait_for_subscriptions(broker, 1).await;
    }
    for (broker, id) in [(&a, "urn:v:1"), (&b, "urn:v:2"), (&c, "urn:v:3")] {
        told_once(broker, id, &receiver).await;
    }
}

/// Clauses: 4.3.6.4, 6.3.18.
#[tokio::test]
async fn a_subscription_goes_to_no_broker_that_it_has_passed_also_after_a_restart() {
    let (far, near, next) = (Source::start().await, Source::start().await, Source::start().await);
    for source in [&far, &near, &next] {
        source.answers("POST /ngsi-ld/v1/subscriptions", 201, "");
    }
    let first = bed().await;
    register(&first, "far", &far.url, VEHICLES, r#","contextSourceAlias":"far""#).await;
    register(&first, "near", &near.url, VEHICLES, "").await;
    let post = request("POST", "/subscriptions").header("content-type", "application/json");
    let body = Body::from(subscription("http://127.0.0.1:9/x", ""));
    let made = first.send(post.header("via", "1.1 far").body(body).unwrap()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let via = asked(&near, "POST").await[0].header("via").to_owned();
    assert!(via.starts_with("1.1 far, 1.1 senne-"), "{via}");
    tokio::time::sleep(A_MOMENT).await;
    let second = first.restart().await;
    register(&second, "next", &next.url, VEHICLES, "").await;
    assert_eq!(asked(&next, "POST").await[0].header("via"), via);
    assert!(far.take().is_empty());
}
