drop table list_settings;
