//! The queues of devices, as ChirpStack keeps them.

use parking_chirpstack_api::api::{self, device_service};
use parking_domain::eui::Eui64;
use tokio::time::Instant;

use super::{CallError, Client};
use crate::downlinks::{Asked, DoorError, Downlink, QueueItem, Queues};

impl Queues for Client {
    fn enqueue<'a>(&'a self, downlink: &'a Downlink) -> Asked<'a, String> {
        Box::pin(async move {
            let item = api::DeviceQueueItem {
                dev_eui: written(downlink.dev_eui),
                confirmed: downlink.is_confirmed,
                f_port: downlink.f_port.into(),
                data: downlink.payload.clone(),
                ..api::DeviceQueueItem::default()
            };
            let request = api::EnqueueDeviceQueueItemRequest {
                queue_item: Some(item),
                // Not: it would empty the queue before the item is looked at, and refuse it then.
                flush_queue: false,
            };
            let answer = self
                .command(device_service::ENQUEUE, request, Instant::now())
                .await?;
            if !is_name(&answer.id) {
                let said = "it took the command and did not say under which name";
                return Err(DoorError::Unanswered(said.to_owned()));
            }
            Ok(answer.id)
        })
    }

    fn flush(&self, dev_eui: Eui64) -> Asked<'_, ()> {
        Box::pin(async move {
            let request = api::FlushDeviceQueueRequest {
                dev_eui: written(dev_eui),
            };
            let began = Instant::now();
            match self
                .command(device_service::FLUSH_QUEUE, request, began)
                .await
            {
                Ok(()) | Err(CallError::Absent(_)) => Ok(()),
                Err(error) => Err(error.into()),
            }
        })
    }

    fn application(&self, dev_eui: Eui64) -> Asked<'_, Option<String>> {
        Box::pin(async move {
            let found = self.device(dev_eui).await?;
            Ok(found.map(|device| device.application.to_string()))
        })
    }

    fn queue(&self, dev_eui: Eui64) -> Asked<'_, Vec<QueueItem>> {
        Box::pin(async move {
            let request = api::GetDeviceQueueItemsRequest {
                dev_eui: written(dev_eui),
                count_only: false,
            };
            let began = Instant::now();
            let answer = self
                .command(device_service::GET_QUEUE, request, began)
                .await?;
            let items = answer.result.into_iter().map(|item| QueueItem {
                id: item.id,
                f_port: u8::try_from(item.f_port).unwrap_or_default(),
                payload: item.data,
                is_pending: item.is_pending,
            });
            Ok(items.collect())
        })
    }
}

/// The longest name of an item that is kept; ChirpStack's have 36 characters.
const NAME_CHARS_MAX: usize = 100;

/// Whether an item can be known by it again.
fn is_name(said: &str) -> bool {
    (1..=NAME_CHARS_MAX).contains(&said.len()) && said.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Lower case, as ChirpStack writes it.
pub(super) fn written(eui: Eui64) -> String {
    eui.to_string().to_lowercase()
}
