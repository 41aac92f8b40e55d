-- No tenant reads the links that open an organization; the database's owner does.
call weir_wall('owner_links');
revoke all on owner_links from weir_app;
