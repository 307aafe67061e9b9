alter table list_totals validate constraint list_totals_list;
