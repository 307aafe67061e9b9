-- Up to where the log of events can be read: below the oldest transaction of this database that still
-- runs. A cluster counts its transactions across all its databases; those of others append nothing here.
--
-- Which database a transaction is of, its locks say: they may be seen by everybody. One that ended since
-- the snapshot was taken is not found there, and counts as one of ours, as does a prepared one.
create function events_horizon() returns xid8
  language sql stable
  as $$
    select coalesce(
      (select x from pg_snapshot_xip(pg_current_snapshot()) x
       where x::xid not in (
         select l.transactionid from pg_locks l
         where l.locktype = 'transactionid' and l.mode = 'ExclusiveLock' and l.granted and l.pid in (
           select a.pid from pg_stat_get_activity(null) a
           where a.datid <> (select d.oid from pg_database d where d.datname = current_database())))
       order by x limit 1),
      pg_snapshot_xmax(pg_current_snapshot()))
  $$;
