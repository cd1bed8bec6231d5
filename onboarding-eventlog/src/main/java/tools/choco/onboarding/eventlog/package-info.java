/**
 * The event log on PostgreSQL: Axon's event storage and token store with protobuf payloads, over
 * tables that Flyway makes.
 *
 * <p>Events enter through Axon's event store and leave it by aggregate or in log order. Everything
 * here works on a plain {@link javax.sql.DataSource}; nothing knows Spring.
 */
@NullMarked
package tools.choco.onboarding.eventlog;

import org.jspecify.annotations.NullMarked;
