-- Messages that are signed. A sender names a credential before it is known whose it is, so there is an
-- index by the id alone, for the worker's look-up.
create index webhook_secrets_by_id on webhook_secrets (id);

-- Whoever remembers a tenant's secrets is told when they change.
create trigger webhook_secrets_announced after insert or update of expires_at, revoked_at, sealed_secret or delete on webhook_secrets
  for each row execute function announce_access('signer', 'tenant_id');
