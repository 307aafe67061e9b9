-- When a calendar last read a link, to within minutes: a link that nobody reads can be revoked.
alter table calendar_feeds add column last_used_at timestamptz;
