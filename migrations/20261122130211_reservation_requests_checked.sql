-- Apart from where it was made, so that nobody waits for the look at the rows.
alter table reservations validate constraint reservations_request_id_length;
