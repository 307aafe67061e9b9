-- A sender's name for a reservation, so that handing in a file twice reserves nothing twice.
alter table reservations
  add column request_id text,
  -- What was asked for under it, to be compared with what is asked for again; not in plain text.
  add column request_hash bytea,
  add constraint reservations_request_id_length check (char_length(request_id) between 1 and 100) not valid;
