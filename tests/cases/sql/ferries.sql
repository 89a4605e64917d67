-- Ferries between islands: routes, ships, sailings, tickets. PostgreSQL, as pg_dump writes it.
SET statement_timeout = 0;
CREATE TYPE public.sailing_state AS ENUM ('planned', 'boarding', 'left', 'cancelled');

CREATE TABLE public.ships (
    id integer NOT NULL,
    name character varying(60) NOT NULL,
    berths smallint DEFAULT 0 NOT NULL,
    built_on date,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ships_berths_check CHECK ((berths >= 0))
);
COMMENT ON TABLE public.ships IS 'Whatever floats; and sails.';
ALTER TABLE public.ships OWNER TO postgres;
CREATE SEQUENCE public.ships_id_seq START WITH 1;
ALTER TABLE ONLY public.ships ALTER COLUMN id SET DEFAULT nextval('public.ships_id_seq'::regclass);

CREATE TABLE public.harbours (
    code character(3) PRIMARY KEY,
    name text NOT NULL UNIQUE,
    depth_m numeric(5,2) CHECK (depth_m > 0)
);

CREATE TABLE public.sailings (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ship_id integer NOT NULL REFERENCES public.ships(id),
    from_code character(3) NOT NULL REFERENCES public.harbours(code),
    to_code character(3) NOT NULL REFERENCES public.harbours(code),
    departs_at timestamp with time zone NOT NULL,
    arrives_at timestamp with time zone NOT NULL,
    state public.sailing_state DEFAULT 'planned' NOT NULL,
    price numeric(8,2) NOT NULL,
    CHECK (price BETWEEN 1 AND 900),
    CONSTRAINT arrives_later CHECK (departs_at < arrives_at),
    UNIQUE (ship_id, departs_at)
);

CREATE TABLE public.passengers (
    id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
    email character varying(254) NOT NULL UNIQUE,
    password_hash text NOT NULL,
    full_name text NOT NULL,
    tags text[]
);

CREATE TABLE public.tickets (
    id serial PRIMARY KEY,
    sailing_id bigint NOT NULL,
    passenger_id uuid,
    deck varchar(10) NOT NULL,
    paid boolean DEFAULT false NOT NULL,
    CONSTRAINT tickets_deck_check CHECK (((deck)::text = ANY (ARRAY['sun'::text, 'car'::text])))
);

CREATE TABLE public.crew (
    id serial PRIMARY KEY,
    name text NOT NULL,
    boss_id integer REFERENCES public.crew(id) ON DELETE SET NULL
);

CREATE TABLE public.sailing_crew (
    sailing_id bigint REFERENCES public.sailings(id) ON DELETE CASCADE,
    crew_id integer REFERENCES public.crew(id) ON DELETE CASCADE,
    PRIMARY KEY (sailing_id, crew_id)
);

COPY public.ships (id, name) FROM stdin;
1	It's "odd"; isn't it
2	CREATE TABLE fake (
\.

ALTER TABLE ONLY public.ships ADD CONSTRAINT ships_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.tickets
    ADD CONSTRAINT tickets_sailing_fk FOREIGN KEY (sailing_id) REFERENCES public.sailings(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.tickets
    ADD CONSTRAINT tickets_passenger_fk FOREIGN KEY (passenger_id) REFERENCES public.passengers(id);
CREATE UNIQUE INDEX ships_name ON public.ships USING btree (name);
INSERT INTO public.harbours VALUES ('ABC', 'Port; of ''ABC''', 3);
