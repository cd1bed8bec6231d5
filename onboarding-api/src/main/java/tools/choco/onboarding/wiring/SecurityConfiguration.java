package tools.choco.onboarding.wiring;

import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.web.OAuth2ProtectedResourceMetadataFilter;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.savedrequest.NullRequestCache;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.AndRequestMatcher;
import org.springframework.security.web.util.matcher.OrRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.CorsConfigurationSource;
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;
import tools.choco.onboarding.edge.BodyLimit;
import tools.choco.onboarding.edge.EdgeSettings;
import tools.choco.onboarding.edge.ProblemCode;
import tools.choco.onboarding.edge.ProblemWriter;
import tools.choco.onboarding.edge.RateLimit;
import tools.choco.onboarding.edge.RequestId;
import tools.choco.onboarding.launch.Home;
import tools.choco.onboarding.launch.StartFailure;
import tools.choco.onboarding.token.BearerHeader;
import tools.choco.onboarding.token.LocalIssuer;
import tools.choco.onboarding.token.TokenDecoders;
import tools.choco.onboarding.token.TokenSettings;
import tools.jackson.databind.json.JsonMapper;

/** Who may call which route, and what a browser may do. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

    private static final String[] STREAMS = {"/onboarding/sessions/*/events", "/sites/*/events"};

    /**
     * A signature takes the place of a token; the route itself looks at it, and bounds the body.
     */
    private static final RequestMatcher INGEST =
            PathPatternRequestMatcher.withDefaults().matcher(HttpMethod.POST, "/ingest/events");

    /** A stream's ticket takes the place of a token; the route itself looks at it. */
    private static final RequestMatcher TICKET =
            new AndRequestMatcher(
                    new OrRequestMatcher(
                            Arrays.stream(STREAMS)
                                    .<RequestMatcher>map(
                                            PathPatternRequestMatcher.withDefaults()::matcher)
                                    .toList()),
                    request -> request.getHeader(HttpHeaders.AUTHORIZATION) == null,
                    request -> request.getParameter("ticket") != null);

    @Bean
    SecurityFilterChain security(
            HttpSecurity http, JwtDecoder tokens, EdgeSettings settings, ProblemWriter problems)
            throws Exception {
        // Nobody logs in and nothing outlives a request, so the chain needs no filter for that.
        http.setSharedObject(RequestCache.class, new NullRequestCache());
        http.csrf(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .anonymous(AbstractHttpConfigurer::disable)
                .servletApi(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(AbstractHttpConfigurer::disable)
                .securityContext(
                        it ->
                                it.securityContextRepository(
                                        new RequestAttributeSecurityContextRepository()))
                .cors(it -> it.configurationSource(cors(settings)))
                .authorizeHttpRequests(
                        routes ->
                                routes.requestMatchers(
                                                "/health",
                                                "/health/ready",
                                                "/openapi.yaml",
                                                "/docs",
                                                "/docs/**")
                                        .permitAll()
                                        .requestMatchers(HttpMethod.POST, "/local/token")
                                        .permitAll()
                                        .requestMatchers(INGEST)
                                        .permitAll()
                                        .requestMatchers(TICKET)
                                        .permitAll()
                                        .requestMatchers(STREAMS)
                                        .hasAnyAuthority("SCOPE_onboarding:write", "SCOPE_ops")
                                        .requestMatchers("/stream-tickets")
                                        .hasAnyAuthority("SCOPE_onboarding:write", "SCOPE_ops")
                                        .requestMatchers("/onboarding/**", "/users/me/**")
                                        .hasAuthority("SCOPE_onboarding:write")
                                        .requestMatchers("/sites", "/sites/**", "/slugs/**")
                                        .hasAuthority("SCOPE_onboarding:write")
                                        .requestMatchers(
                                                "/sessions",
                                                "/sessions/**",
                                                "/tickets/**",
                                                "/funnels",
                                                "/funnels/**")
                                        .hasAuthority("SCOPE_analytics:read")
                                        .requestMatchers("/ops/**", "/webhooks/**", "/metrics")
                                        .hasAuthority("SCOPE_ops")
                                        .anyRequest()
                                        .authenticated())
                .oauth2ResourceServer(
                        server ->
                                server.bearerTokenResolver(new BearerHeader())
                                        .jwt(jwt -> jwt.decoder(tokens))
                                        .authenticationEntryPoint(
                                                (request, response, failure) ->
                                                        unauthenticated(
                                                                response, failure, problems))
                                        .accessDeniedHandler(
                                                (request, response, failure) ->
                                                        problems.write(
                                                                response,
                                                                ProblemCode.INSUFFICIENT_SCOPE,
                                                                "The route needs another scope.")))
                .exceptionHandling(
                        handling ->
                                handling.authenticationEntryPoint(
                                                (request, response, failure) ->
                                                        unauthenticated(
                                                                response, failure, problems))
                                        .accessDeniedHandler(
                                                (request, response, failure) ->
                                                        problems.write(
                                                                response,
                                                                ProblemCode.INSUFFICIENT_SCOPE,
                                                                "The route needs another scope.")))
                .addFilterAfter(
                        new RateLimit(
                                settings.requestsBurst(), settings.requestsPerSecond(), problems),
                        BearerTokenAuthenticationFilter.class)
                .addFilterBefore(
                        new BodyLimit(settings.bodyBytesMax(), INGEST, problems),
                        AuthorizationFilter.class);
        DefaultSecurityFilterChain chain = http.build();
        // It answers at /.well-known, which is no route of the contract, and cannot be turned off.
        List<Filter> filters =
                chain.getFilters().stream()
                        .filter(it -> !(it instanceof OAuth2ProtectedResourceMetadataFilter))
                        .toList();
        return new DefaultSecurityFilterChain(chain.getRequestMatcher(), filters);
    }

    /** HTTP has metrics of its own; those of every filter would cost more than the filters. */
    @Bean
    SecurityObservationSettings securityObservations() {
        return SecurityObservationSettings.noObservations();
    }

    @Bean
    FilterRegistrationBean<RequestId> requestIds() {
        FilterRegistrationBean<RequestId> filter = new FilterRegistrationBean<>(new RequestId());
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return filter;
    }

    @Bean
    ProblemWriter problemWriter(JsonMapper json) {
        return new ProblemWriter(json);
    }

    private static CorsConfigurationSource cors(EdgeSettings settings) {
        UrlBasedCorsConfigurationSource source = new UrlBasedCorsConfigurationSource();
        if (!settings.corsOrigins().isEmpty()) {
            CorsConfiguration cors = new CorsConfiguration();
            cors.setAllowedOrigins(settings.corsOrigins());
            cors.setAllowedMethods(List.of("GET", "POST", "PUT", "DELETE"));
            cors.setAllowedHeaders(
                    List.of(
                            HttpHeaders.AUTHORIZATION,
                            HttpHeaders.CONTENT_TYPE,
                            HttpHeaders.IF_MATCH,
                            "Idempotency-Key",
                            "Last-Event-ID",
                            RequestId.HEADER,
                            "traceparent"));
            cors.setExposedHeaders(
                    List.of(
                            HttpHeaders.ETAG,
                            HttpHeaders.LOCATION,
                            HttpHeaders.RETRY_AFTER,
                            "Idempotent-Replayed",
                            RequestId.HEADER));
            source.registerCorsConfiguration("/**", cors);
        }
        return source;
    }

    @Bean
    @Profile("local")
    LocalIssuer localIssuer(Home home, TokenSettings settings, Clock clock) throws IOException {
        return LocalIssuer.in(home.resolve("token-key.json"), settings, clock);
    }

    @Bean
    @Profile("local")
    JwtDecoder localTokens(LocalIssuer issuer) {
        return issuer.decoder();
    }

    @Bean
    @Profile("!local")
    JwtDecoder issuersTokens(TokenSettings settings) {
        String issuer = settings.issuerUri();
        if (issuer == null || issuer.isBlank()) {
            throw new StartFailure(
                    StartFailure.Reason.CONFIGURATION,
                    "Outside the local profile the service needs ONBOARDING_ISSUER_URI, whose tokens"
                            + " it accepts.");
        }
        return TokenDecoders.ofIssuer(issuer, settings);
    }

    private static void unauthenticated(
            HttpServletResponse response, AuthenticationException failure, ProblemWriter problems)
            throws IOException {
        if (failure instanceof InvalidBearerTokenException) {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"");
            problems.write(
                    response,
                    ProblemCode.INVALID_TOKEN,
                    "The token is malformed, expired, or not meant for this service.");
        } else {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
            problems.write(response, ProblemCode.MISSING_TOKEN, "The route needs a bearer token.");
        }
    }
}
