-- The table of Axon's JDBC engine, with the names and types it has by default.
CREATE TABLE DomainEventEntry (
    globalIndex         bigserial PRIMARY KEY,
    aggregateIdentifier varchar(255) NOT NULL,
    sequenceNumber      bigint       NOT NULL,
    type                varchar(255),
    eventIdentifier     varchar(255) NOT NULL UNIQUE,
    metaData            bytea,
    payload             bytea        NOT NULL,
    payloadRevision     varchar(255),
    payloadType         varchar(255) NOT NULL,
    timeStamp           varchar(255) NOT NULL,
    UNIQUE (aggregateIdentifier, sequenceNumber)
);

-- Read before an aggregate is; stays empty.
CREATE TABLE SnapshotEventEntry (
    aggregateIdentifier varchar(255) NOT NULL,
    sequenceNumber      bigint       NOT NULL,
    type                varchar(255) NOT NULL,
    eventIdentifier     varchar(255) NOT NULL UNIQUE,
    metaData            bytea,
    payload             bytea        NOT NULL,
    payloadRevision     varchar(255),
    payloadType         varchar(255) NOT NULL,
    timeStamp           varchar(255) NOT NULL,
    PRIMARY KEY (aggregateIdentifier, sequenceNumber)
);
