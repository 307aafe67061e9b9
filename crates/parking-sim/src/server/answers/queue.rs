//! Answers about what waits to be sent to devices.

use parking_chirpstack_api::api;
use tokio::time::Instant;
use tonic::Status;

use super::{Answer, Change, dangling, eui, seen};
use crate::server::estate::Item;

pub(in crate::server) fn enqueue(
    of: &mut Change<'_>,
    asked: api::EnqueueDeviceQueueItemRequest,
) -> Answer<api::EnqueueDeviceQueueItemResponse> {
    let item = asked.queue_item;
    let item = item.ok_or_else(|| Status::invalid_argument("queue_item is missing"))?;
    if item.f_port == 0 || item.f_port == 256 {
        let said = "Validation error: FPort must be between 1 - 255";
        return Err(Status::invalid_argument(said));
    }
    let id = of.estate.chance.uuid();
    let dev_eui = seen(of.estate, &item.dev_eui)?;
    let device = of.estate.devices.get_mut(&dev_eui);
    let device =
        device.ok_or_else(|| dangling("device_queue_item", "device_queue_item_dev_eui_fkey"))?;
    if asked.flush_queue {
        device.queue.clear();
    }
    device.queue.push_back(Item {
        id,
        told: api::DeviceQueueItem {
            id: id.to_string(),
            f_port: item.f_port & 0xff,
            ..item
        },
        f_cnt_down: None,
        queued_at: Instant::now(),
    });
    let depth = device.queue.len();
    of.estate.deepest = of.estate.deepest.max(depth);
    of.estate.waiting.insert(dev_eui);
    Ok(api::EnqueueDeviceQueueItemResponse { id: id.to_string() })
}

pub(in crate::server) fn flush(
    of: &mut Change<'_>,
    asked: api::FlushDeviceQueueRequest,
) -> Answer<()> {
    let dev_eui = seen(of.estate, &asked.dev_eui)?;
    if let Some(device) = of.estate.devices.get_mut(&dev_eui) {
        device.queue.clear();
    }
    of.estate.waiting.remove(&dev_eui);
    Ok(())
}

pub(in crate::server) fn get(
    of: &mut Change<'_>,
    asked: api::GetDeviceQueueItemsRequest,
) -> Answer<api::GetDeviceQueueItemsResponse> {
    let dev_eui = eui(&asked.dev_eui)?;
    let device = of.estate.devices.get(&dev_eui);
    let queued = device.into_iter().flat_map(|device| &device.queue);
    let result: Vec<_> = queued.map(|item| item.told.clone()).collect();
    Ok(api::GetDeviceQueueItemsResponse {
        total_count: u32::try_from(result.len()).unwrap_or(u32::MAX),
        result,
    })
}
