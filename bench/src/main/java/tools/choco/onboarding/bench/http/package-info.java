/**
 * The service as a process of its own, and what its users notice: throughput, latency, the start.
 */
@NullMarked
package tools.choco.onboarding.bench.http;

import org.jspecify.annotations.NullMarked;
