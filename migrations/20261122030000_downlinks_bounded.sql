-- What is told of a command has an end: of its story the newest steps are kept, however often people
-- have it tried again.
create function trim_downlink_story() returns trigger
  language plpgsql
  as $$
begin
  new.story := (
    select jsonb_agg(s.step order by s.place) from jsonb_array_elements(new.story) with ordinality as s (step, place)
    where s.place > jsonb_array_length(new.story) - 60);
  return new;
end
$$;
create trigger downlinks_story_trimmed before update of story on downlinks
  for each row when (jsonb_array_length(new.story) > 60) execute function trim_downlink_story();

-- Whether the gateway that a display is heard by is known by more than the word of its tenant: by the
-- installation's own road, or as a gateway of that tenant.
alter table lamps add column is_gateway_vouched boolean not null default false;
