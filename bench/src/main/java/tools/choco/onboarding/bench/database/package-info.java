/** The PostgreSQL that benches share: durable, embedded, on the real disk. */
@NullMarked
package tools.choco.onboarding.bench.database;

import org.jspecify.annotations.NullMarked;
