-- By which path commands reach a display, and until when a network server may still have one that cannot be taken back.
alter table lamps
  -- By which road it was heard last; commands go back by the same network server.
  add column heard_by text,
  -- Its application, as the topics of ChirpStack's broker name it: no command is taken under another.
  add column application text,
  -- Where The Things Stack takes commands to it, and the key for that: sealed.
  add column stack_address bytea,
  -- Of what was sealed, so that what is said with every message is written once.
  add column stack_digest bytea,
  add constraint lamps_heard_by check (heard_by in ('chirpstack_mqtt', 'chirpstack_http', 'tts')) not valid,
  add constraint lamps_application_length check (char_length(application) between 1 and 100) not valid,
  add constraint lamps_stack_address_length check (octet_length(stack_address) <= 8192) not valid,
  add constraint lamps_stack_digest_length check (octet_length(stack_digest) = 32) not valid,
  add constraint lamps_stack_whole check ((stack_address is null) = (stack_digest is null)) not valid;

alter table downlinks
  -- By which path it was handed over last.
  add column path text,
  -- From when on the network server drops it by itself, if it was told to.
  add column expires_at timestamptz,
  add constraint downlinks_path check (path in ('api', 'broker', 'stack')) not valid;
