drop index corrections_application;
