package tools.choco.onboarding.edge;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Limits how many requests a principal makes, in this process: a bucket of {@code burst} requests
 * that refills at {@code perSecond}. Stands behind authentication; what has no token is refused
 * before.
 */
public final class RateLimit extends OncePerRequestFilter {

    /** How many principals are remembered at once; a forgotten one starts with a full bucket. */
    private static final int PRINCIPALS_MAX = 100_000;

    private final Cache<String, Bucket> buckets =
            Caffeine.newBuilder()
                    .maximumSize(PRINCIPALS_MAX)
                    .expireAfterAccess(Duration.ofMinutes(10))
                    .build();
    private final int burst;
    private final int perSecond;
    private final ProblemWriter problems;

    public RateLimit(int burst, int perSecond, ProblemWriter problems) {
        this.burst = burst;
        this.perSecond = perSecond;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        if (authentication instanceof JwtAuthenticationToken token) {
            ConsumptionProbe probe =
                    buckets.get(token.getName(), principal -> bucket())
                            .tryConsumeAndReturnRemaining(1);
            if (!probe.isConsumed()) {
                response.setHeader(
                        HttpHeaders.RETRY_AFTER,
                        String.valueOf(secondsUp(probe.getNanosToWaitForRefill())));
                problems.write(
                        response, ProblemCode.RATE_LIMITED, "Too many requests; wait a moment.");
                return;
            }
        }
        chain.doFilter(request, response);
    }

    private static long secondsUp(long nanos) {
        return Math.max(1, TimeUnit.NANOSECONDS.toSeconds(nanos + 999_999_999L));
    }

    private Bucket bucket() {
        return Bucket.builder()
                .addLimit(
                        limit ->
                                limit.capacity(burst)
                                        .refillGreedy(perSecond, Duration.ofSeconds(1)))
                .build();
    }
}
