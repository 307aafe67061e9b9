-- A large installation: customers with estates, people, and a history. Read by the benchmark and by the
-- test of query plans, as superuser, on a migrated database. What it makes depends on nothing but the
-- numbers it is given, and each statement makes one kind of thing for all customers at once.

-- An id whose order is that of its numbers, as with the ids of the product.
create function pg_temp.made(kind int, customer int, number int) returns uuid
  language sql immutable
  as $$ select (lpad(to_hex(customer), 8, '0') || '-' || lpad(to_hex(kind), 4, '0') || '-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid $$;

create function pg_temp.make_customers(first_one int, last_one int, at timestamptz) returns void
  language sql
  as $$
    insert into tenants (id, name, slug, tier, requests_per_minute, created_at, updated_at)
    select pg_temp.made(0, c, 0), 'Customer ' || c, 'customer-' || c, 'enterprise', 1000000, at, at
    from generate_series(first_one, last_one) c;
    insert into tenant_usage (tenant_id, resource, used, max)
    select pg_temp.made(0, c, 0), resource, 0, 1000000
    from generate_series(first_one, last_one) c,
      unnest(array['users', 'sites', 'spaces', 'devices', 'gateways']) as resource;
  $$;

-- Sites of two levels and two zones, so many bays in each site; a gateway for each half of a site.
create function pg_temp.make_places(first_one int, last_one int, bays int, per_site int, at timestamptz) returns void
  language sql
  as $$
    insert into sites (tenant_id, id, name, slug, city, timezone, created_at, updated_at)
    select pg_temp.made(0, c, 0), pg_temp.made(1, c, s), 'Site ' || s, 'site-' || s, 'City ' || s % 7, 'Europe/Paris', at, at
    from generate_series(first_one, last_one) c, generate_series(0, (bays - 1) / per_site) s;
    insert into levels (tenant_id, id, site_id, name, ordinal, created_at, updated_at)
    select pg_temp.made(0, c, 0), pg_temp.made(2, c, s * 2 + l), pg_temp.made(1, c, s), 'Level ' || l, l, at, at
    from generate_series(first_one, last_one) c, generate_series(0, (bays - 1) / per_site) s, generate_series(0, 1) l;
    insert into zones (tenant_id, id, site_id, name, created_at, updated_at)
    select pg_temp.made(0, c, 0), pg_temp.made(3, c, s * 2 + z), pg_temp.made(1, c, s), 'Zone ' || z, at, at
    from generate_series(first_one, last_one) c, generate_series(0, (bays - 1) / per_site) s, generate_series(0, 1) z;
    insert into spaces (tenant_id, id, site_id, code, code_order, level_id, zone_id, kind, is_reservable, sensor_state,
      sensor_observed_at, state, state_changed_at, deleted_at, created_at, updated_at)
    select pg_temp.made(0, c, 0), pg_temp.made(4, c, b), pg_temp.made(1, c, b / per_site), 'A-' || lpad(b::text, 6, '0'),
      'A-' || lpad(b::text, 20, '0'), pg_temp.made(2, c, b / (per_site / 2)), pg_temp.made(3, c, b / (per_site / 2)),
      (array['general', 'general', 'general', 'disabled', 'ev_charging', 'family'])[1 + b % 6], b % 9 > 0,
      (array['free', 'occupied', 'occupied'])[1 + b % 3], at - b * interval '1 second',
      (array['free', 'occupied', 'occupied', 'maintenance', 'unknown', 'occupied'])[1 + b % 6], at - b * interval '1 second',
      case when b % 50 = 49 then at end, at - b * interval '1 minute', at - b * interval '1 second'
    from generate_series(first_one, last_one) c, generate_series(0, bays - 1) b;
    insert into gateways (tenant_id, id, eui, name, site_id, last_seen_at, created_at, updated_at)
    select pg_temp.made(0, c, 0), pg_temp.made(5, c, g), 'A84041' || upper(lpad(to_hex(c), 4, '0') || lpad(to_hex(g), 6, '0')),
      'Gateway ' || g, pg_temp.made(1, c, g / 2), case when g % 10 < 9 then at - (g % 10) * interval '20 seconds' end, at, at
    from generate_series(first_one, last_one) c, generate_series(0, (bays - 1) / (per_site / 2)) g;
  $$;

-- As many devices as bays; of ten devices eight serve a bay.
create function pg_temp.make_devices(first_one int, last_one int, devices int, at timestamptz) returns void
  language sql
  as $$
    insert into device_models (tenant_id, id, slug, vendor, name, based_on, created_at, updated_at)
    select pg_temp.made(0, c, 0), pg_temp.made(6, c, m), 'own-' || m, 'Own', 'Model ' || m, 'browan-tbms100', at, at
    from generate_series(first_one, last_one) c, generate_series(0, 24) m;
    insert into devices (tenant_id, id, dev_eui, name, model, own_model_id, is_sensor, is_display, serial_number, lifecycle,
      lifecycle_changed_at, last_seen_at, battery_percent, archived_at, created_at, updated_at)
    select pg_temp.made(0, c, 0), pg_temp.made(7, c, d), '70B3D5' || upper(lpad(to_hex(c), 4, '0') || lpad(to_hex(d), 6, '0')),
      'Sensor ' || d, case when d % 20 > 0 then (array['browan-tbms100', 'dragino-lds02', 'bosch-tps110'])[1 + d % 3] end,
      case when d % 20 = 0 then pg_temp.made(6, c, d % 25) end, true, d % 25 = 0, 'SN' || d,
      case when d % 10 < 8 then 'operational' else 'provisioned' end, at,
      case when d % 100 < 97 then at - (d % 97) * interval '1 minute' end, (d * 7) % 101,
      case when d % 50 = 49 then at end, at - d * interval '1 minute', at
    from generate_series(first_one, last_one) c, generate_series(0, devices - 1) d;
    insert into device_assignments (tenant_id, id, device_id, space_id, role, assigned_at, assigned_by, unassigned_at)
    select pg_temp.made(0, c, 0), pg_temp.made(8, c, d), pg_temp.made(7, c, d), pg_temp.made(4, c, d), 'sensor', at, 'Seed', null
    from generate_series(first_one, last_one) c, generate_series(0, devices - 1) d where d % 10 < 8
    union all
    select pg_temp.made(0, c, 0), pg_temp.made(9, c, d), pg_temp.made(7, c, d), pg_temp.made(4, c, d), 'sensor',
      at - interval '2 days', 'Seed', at - interval '1 day'
    from generate_series(first_one, last_one) c, generate_series(0, devices - 1) d;
    insert into lifecycle_changes (tenant_id, id, device_id, at, from_state, to_state, by_name)
    select pg_temp.made(0, c, 0), pg_temp.made(10, c, d), pg_temp.made(7, c, d), at, 'provisioned', 'operational', 'Seed'
    from generate_series(first_one, last_one) c, generate_series(0, devices - 1) d;
    insert into orphan_devices (tenant_id, id, dev_eui, first_seen_at, last_seen_at, uplink_count, source, dismissed_at)
    select pg_temp.made(0, c, 0), pg_temp.made(11, c, o), '0011' || upper(lpad(to_hex(c), 4, '0') || lpad(to_hex(o), 8, '0')),
      at - o * interval '1 minute', at - o * interval '1 second', o, 'mqtt', case when o % 5 = 0 then at end
    from generate_series(first_one, last_one) c, generate_series(0, least(devices / 10, 1999)) o;
  $$;

-- What happened: four changes of state a bay, an event for each second bay, an entry for each tenth.
create function pg_temp.make_history(first_one int, last_one int, bays int, per_site int, at timestamptz) returns void
  language sql
  as $$
    insert into state_changes (tenant_id, id, space_id, at, from_state, to_state, cause)
    select pg_temp.made(0, c, 0), pg_temp.made(12, c, b * 4 + n), pg_temp.made(4, c, b), at - n * interval '1 hour', 'free', 'occupied', 'sensor'
    from generate_series(first_one, last_one) c, generate_series(0, bays - 1) b, generate_series(0, 3) n;
    insert into events (tenant_id, at, kind, subject_type, subject_id, payload)
    select pg_temp.made(0, c, 0), at - b * interval '1 second', case when b % 4 = 0 then 'space.updated' else 'space.state_changed' end,
      'space', pg_temp.made(4, c, b)::text, jsonb_build_object('site_id', pg_temp.made(1, c, b / per_site), 'name', 'A-' || b)
    from generate_series(0, bays - 1, 2) b, generate_series(first_one, last_one) c;
    insert into audit_log (tenant_id, id, at, actor_type, actor_id, actor_name, action, entity_type, entity_id, entity_name,
      request_id, seq, prev_hash, hash)
    select pg_temp.made(0, c, 0), pg_temp.made(13, c, b), at, 'user', pg_temp.made(14, c, b % 50)::text, 'Somebody',
      'space.updated', 'space', pg_temp.made(4, c, b)::text, 'A-' || b, 'request-' || b, 0, '', ''
    from generate_series(first_one, last_one) c, generate_series(0, bays - 1, 10) b;
  $$;

-- Three reservations a bay: one that is over, one that was called off, and one that is to come; a change of each.
create function pg_temp.make_reservations(first_one int, last_one int, bays int, at timestamptz) returns void
  language sql
  as $$
    insert into reservations (tenant_id, id, space_id, status, start_time, end_time, blocks_from, blocks_until, opens_at, no_show_at,
      due_at, holder_name, holder_email, holder_key, created_by, created_at, updated_at)
    select pg_temp.made(0, c, 0), pg_temp.made(50, c, b * 3 + n), pg_temp.made(4, c, b),
      (array['completed', 'cancelled', 'confirmed'])[n + 1], s, s + interval '1 hour', s, s + interval '1 hour',
      s - interval '15 minutes', s + interval '15 minutes', case when n = 2 then s end, 'Person ' || b % 50,
      format('p%s@c%s.test', b % 50, c), format('p%s@c%s.test', b % 50, c), 'Seed', at - interval '3 days', at - interval '3 days'
    from generate_series(first_one, last_one) c, generate_series(0, bays - 1) b, generate_series(0, 2) n,
      lateral (select date_trunc('hour', at) + (n - 1) * interval '1 day' + (b % 12) * interval '1 hour' as s) at_that_time;
    insert into reservation_changes (tenant_id, id, reservation_id, at, kind, space_id, status, start_time, end_time)
    select tenant_id, id, id, created_at, 'created', space_id, 'confirmed', start_time, end_time from reservations
    where tenant_id in (select pg_temp.made(0, c, 0) from generate_series(first_one, last_one) c);
  $$;

-- Two messages a device, some of which nobody could read.
create function pg_temp.make_uplinks(first_one int, last_one int, devices int, at timestamptz) returns void
  language sql
  as $$
    insert into uplinks (tenant_id, id, at, received_at, source, kind, dev_eui, f_port, f_cnt, payload, receptions, shard, acted_at,
      outcome, device_id, space_id, reading, sensor_fact)
    select pg_temp.made(0, c, 0), pg_temp.made(24, c, n * devices + d), at - (1 - n) * interval '1 hour', at - (1 - n) * interval '1 hour',
      'chirpstack_mqtt', case when d % 50 = 0 then 'join' else 'up' end,
      '70B3D5' || upper(lpad(to_hex(c), 4, '0') || lpad(to_hex(d), 6, '0')), 102, n, '\x01f0',
      jsonb_build_array(jsonb_build_object('gateway', 'A84041' || upper(lpad(to_hex(c), 4, '0') || lpad(to_hex(d % 60), 6, '0')),
        'rssi', -90, 'snr', 5)), d % 4, at,
      case when d % 40 = 1 then 'unreadable' else 'read' end, pg_temp.made(7, c, d),
      case when d % 10 < 8 then pg_temp.made(4, c, d) end, '{"occupancy": "free"}',
      case when d % 10 < 8 then '{"state": "free", "observed_at": null, "stale_at": null}'::jsonb end
    from generate_series(first_one, last_one) c, generate_series(0, 1) n, generate_series(0, devices - 1) d;
  $$;

-- Fifty people a customer, with invitations, keys and secrets.
create function pg_temp.make_people(first_one int, last_one int, at timestamptz) returns void
  language sql
  as $$
    insert into users (id, email, email_key, name, created_at, updated_at)
    select pg_temp.made(14, c, p), format('p%s@c%s.test', p, c), format('p%s@c%s.test', p, c), 'Person ' || p, at, at
    from generate_series(first_one, last_one) c, generate_series(0, 49) p;
    insert into memberships (tenant_id, id, user_id, role, created_at, updated_at)
    select pg_temp.made(0, c, 0), pg_temp.made(15, c, p), pg_temp.made(14, c, p),
      case when p = 0 then 'owner' else 'viewer' end, at, at
    from generate_series(first_one, last_one) c, generate_series(0, 49) p;
    insert into invitations (tenant_id, id, email, email_key, role, language, created_at, expires_at, revoked_at)
    select pg_temp.made(0, c, 0), pg_temp.made(16, c, p), format('i%s@c%s.test', p, c), format('i%s@c%s.test', p, c), 'viewer',
      'en', at, at + interval '7 days', case when p > 0 then at end
    from generate_series(first_one, last_one) c, generate_series(0, 49) p;
    insert into api_keys (tenant_id, id, public_id, secret_hash, name, role, scopes, created_at, updated_at)
    select pg_temp.made(0, c, 0), pg_temp.made(17, c, k), format('seed%s%s', lpad(c::text, 6, '0'), lpad(k::text, 6, '0')),
      sha256(pg_temp.made(17, c, k)::text::bytea), 'Key ' || k, 'viewer', '{sites:read}', at, at
    from generate_series(first_one, last_one) c, generate_series(0, 49) k;
    insert into webhook_secrets (tenant_id, id, name, sealed_secret, revoked_at, created_at)
    select pg_temp.made(0, c, 0), pg_temp.made(18, c, k), 'Secret ' || k, '', at, at
    from generate_series(first_one, last_one) c, generate_series(0, 24) k;
  $$;

-- Thirty files a customer, with fifty rows each.
create function pg_temp.make_imports(first_one int, last_one int, at timestamptz) returns void
  language sql
  as $$
    insert into imports (tenant_id, id, kind, file_name, header, mapping, status, rows_total, created_by, created_at, updated_at)
    select pg_temp.made(0, c, 0), pg_temp.made(19, c, f), (array['spaces', 'devices'])[1 + f % 2], 'file-' || f || '.csv', '{code}', '{}',
      'done', 50, 'Seed', at - f * interval '1 minute', at
    from generate_series(first_one, last_one) c, generate_series(0, 29) f;
    insert into import_rows (tenant_id, import_id, line, sealed_cells, verdict)
    select pg_temp.made(0, c, 0), pg_temp.made(19, c, f), l, '', 'created'
    from generate_series(first_one, last_one) c, generate_series(1, 29) f, generate_series(1, 50) l;
  $$;

-- Twenty webhooks a customer that nothing is sent to any more, with thirty deliveries each.
create function pg_temp.make_webhooks(first_one int, last_one int, at timestamptz) returns void
  language sql
  as $$
    insert into webhooks (tenant_id, id, name, url, event_types, sealed_secret, disabled_at, disabled_why, created_at, updated_at)
    select pg_temp.made(0, c, 0), pg_temp.made(20, c, w), 'Webhook ' || w, 'https://hooks.test/' || w, '{space.updated}', '', at, 'person',
      at - w * interval '1 minute', at
    from generate_series(first_one, last_one) c, generate_series(0, 19) w;
    insert into webhook_deliveries (tenant_id, id, webhook_id, event_type, body, status, created_at)
    select pg_temp.made(0, c, 0), pg_temp.made(21, c, w * 30 + d), pg_temp.made(20, c, w), 'space.updated', '{}', 'delivered',
      at - d * interval '1 minute'
    from generate_series(first_one, last_one) c, generate_series(0, 19) w, generate_series(0, 29) d;
  $$;

-- What each lamp should show, and four commands to it.
create function pg_temp.make_lamps(first_one int, last_one int, devices int, at timestamptz) returns void
  language sql
  as $$
    insert into lamps (tenant_id, id, space_id, wanted_f_port, wanted_payload, wanted_look, wanted_why, wanted_at, gateway_eui,
      behind_since, due_at)
    select pg_temp.made(0, c, 0), pg_temp.made(7, c, d), pg_temp.made(4, c, d), 15, '\x00', '{"state": "free", "color": "00FF00"}',
      'sensor', at, 'A84041' || upper(lpad(to_hex(c), 4, '0') || lpad(to_hex(d % 60), 6, '0')), case when d % 10 = 0 then at end,
      at + interval '1 day'
    from generate_series(first_one, last_one) c, generate_series(0, devices - 1, 25) d;
    insert into downlinks (tenant_id, id, device_id, dev_eui, space_id, site_id, kind, f_port, payload, patience_seconds, status,
      created_at, transmitted_at, finished_at)
    select pg_temp.made(0, c, 0), pg_temp.made(40, c, n * devices + d), pg_temp.made(7, c, d),
      '70B3D5' || upper(lpad(to_hex(c), 4, '0') || lpad(to_hex(d), 6, '0')), pg_temp.made(4, c, d), pg_temp.made(1, c, d / 20), 'state', 15,
      '\x00', 30, case when d % 100 = 0 then 'failed' else 'transmitted' end, at - n * interval '1 hour',
      case when d % 100 > 0 then at - n * interval '1 hour' end, at - n * interval '1 hour'
    from generate_series(first_one, last_one) c, generate_series(0, 3) n, generate_series(0, devices - 1, 25) d;
  $$;

-- ChirpStack knows every device of each customer, and of one in twenty something else.
create function pg_temp.make_chirpstack(first_one int, last_one int, devices int, at timestamptz) returns void
  language sql
  as $$
    insert into chirpstack_links (tenant_id, id, remote_tenant_id, remote_tenant_name, application_id, application_name, due_at,
      created_at, updated_at)
    select pg_temp.made(0, c, 0), pg_temp.made(25, c, 0), pg_temp.made(25, c, 1), 'Customer ' || c, pg_temp.made(25, c, 2), 'parking',
      at + interval '1 year', at, at
    from generate_series(first_one, last_one) c;
    insert into chirpstack_items (tenant_id, id, kind, eui, state, here_id, here_name, there_name, changed_at)
    select pg_temp.made(0, c, 0), pg_temp.made(26, c, d), 'device',
      '70B3D5' || upper(lpad(to_hex(c), 4, '0') || lpad(to_hex(d), 6, '0')),
      case d % 60 when 0 then 'here' when 20 then 'there' when 40 then 'differs' else 'same' end, pg_temp.made(7, c, d),
      'Sensor ' || d, 'Sensor ' || d, at - d * interval '1 second'
    from generate_series(first_one, last_one) c, generate_series(0, devices - 1) d;
    insert into chirpstack_runs (tenant_id, id, cause, is_dry, asked_at, ended_at)
    select pg_temp.made(0, c, 0), pg_temp.made(27, c, r), 'schedule', false, at - r * interval '5 minutes', at
    from generate_series(first_one, last_one) c, generate_series(0, 99) r;
  $$;

-- Thirty alarms a customer, most of them over, and twenty who are told of them.
create function pg_temp.make_alarms(first_one int, last_one int, at timestamptz) returns void
  language sql
  as $$
    insert into alarms (tenant_id, id, kind, severity, subject_type, subject_id, subject_name, space_id, space_code, raised_at,
      cleared_at, clear_reason)
    select pg_temp.made(0, c, 0), pg_temp.made(22, c, a), 'device_silent', 'warning', 'device', pg_temp.made(7, c, a), 'Sensor ' || a,
      pg_temp.made(4, c, a), 'A-' || a, at - a * interval '1 hour', case when a > 4 then at end, case when a > 4 then 'recovered' end
    from generate_series(first_one, last_one) c, generate_series(0, 29) a;
    insert into alarm_recipients (tenant_id, id, email, language, severity_min, created_at, updated_at)
    select pg_temp.made(0, c, 0), pg_temp.made(23, c, r), format('r%s@c%s.test', r, c), 'en', 'info', at - r * interval '1 minute', at
    from generate_series(first_one, last_one) c, generate_series(0, 19) r;
  $$;

-- Everything for the customers of some numbers, each with so many bays and as many devices.
create function pg_temp.make_estates(first_one int, last_one int, bays int, per_site int) returns void
  language plpgsql
  as $$
  declare
    at timestamptz := date_trunc('second', now());
  begin
    perform ensure_partitions(parent, at, 2) from unnest(array['audit_log', 'events', 'uplinks']) as parent;
    perform pg_temp.make_customers(first_one, last_one, at);
    perform pg_temp.make_people(first_one, last_one, at);
    perform pg_temp.make_imports(first_one, last_one, at);
    perform pg_temp.make_webhooks(first_one, last_one, at);
    perform pg_temp.make_places(first_one, last_one, bays, per_site, at);
    perform pg_temp.make_devices(first_one, last_one, bays, at);
    perform pg_temp.make_uplinks(first_one, last_one, bays, at);
    perform pg_temp.make_lamps(first_one, last_one, bays, at);
    perform pg_temp.make_alarms(first_one, last_one, at);
    perform pg_temp.make_chirpstack(first_one, last_one, bays, at);
    perform pg_temp.make_history(first_one, last_one, bays, per_site, at);
    perform pg_temp.make_reservations(first_one, last_one, bays, at);
  end
  $$;
