/** The routes of the analytics dashboard: sessions and funnels, read from the read models. */
@NullMarked
package tools.choco.onboarding.analytics;

import org.jspecify.annotations.NullMarked;
