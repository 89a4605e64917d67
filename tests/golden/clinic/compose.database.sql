-- Runs once, when the volume of the database is new: the service owns its database and nothing else.
\getenv password POSTGRES_PASSWORD
CREATE ROLE service LOGIN PASSWORD :'password';
CREATE DATABASE service OWNER service;
-- Nobody signs in as the superuser from outside the container.
ALTER ROLE postgres PASSWORD NULL;
