-- no-transaction
-- All marks of a display are taken away at once.
create index concurrently lamp_marks_of_device on lamp_marks (tenant_id, device_id);
