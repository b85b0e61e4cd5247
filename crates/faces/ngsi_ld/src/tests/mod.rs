//! Tests of the face as a whole: values in and out, then HTTP against a hub in a temporary folder.

mod bed;
mod contexts_kept;
mod dead_letters;
mod entity_maps;
mod http_batch;
mod http_contexts;
mod http_entities;
mod http_hardening;
mod http_subscriptions;
mod http_temporal;
mod http_types;
mod linked;
mod mqtt;
mod notifications;
mod ordering;
mod paging;
mod properties;
mod purging;
mod reading;
mod receiver;
mod selecting;
mod snapshots;
mod temporal_instances;
mod temporal_selecting;
mod transient;
mod values;
