/** What a measurement is, how rounds are taken in turns, and how results are written down. */
@NullMarked
package tools.choco.onboarding.bench.measure;

import org.jspecify.annotations.NullMarked;
