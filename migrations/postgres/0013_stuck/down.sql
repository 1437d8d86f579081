drop index applications_stuck;
