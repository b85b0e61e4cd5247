//! Tests of the face as a whole: values in and out, then HTTP against a hub in a temporary folder.

mod bed;
mod http_batch;
mod http_contexts;
mod http_entities;
mod http_hardening;
mod http_subscriptions;
mod http_temporal;
mod http_types;
mod linked;
mod ordering;
mod paging;
mod properties;
mod purging;
mod reading;
mod receiver;
mod selecting;
mod snapshots;
mod transient;
mod values;
