package tools.choco.onboarding.edge;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import tools.choco.onboarding.Caller;

/** Reads an {@link EdgeCall} from token and headers. */
public final class EdgeCalls implements HandlerMethodArgumentResolver {

    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7E]{1,255}");
    private static final Pattern REVISION_TAG = Pattern.compile("\"(\\d{1,18})\"");

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == EdgeCall.class;
    }

    @Override
    public Object resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binders) {
        boolean operator = parameter.hasParameterAnnotation(AsOperator.class);
        return new EdgeCall(
                caller(operator),
                RequestId.current(),
                idempotencyKey(request.getHeader("Idempotency-Key")),
                ifMatch(request.getHeader(HttpHeaders.IF_MATCH)));
    }

    /**
     * The user who asks.
     *
     * @throws EdgeProblem if nobody has shown a token
     */
    public static Caller user() {
        return caller(false);
    }

    private static Caller caller(boolean operator) {
        if (!(SecurityContextHolder.getContext().getAuthentication()
                instanceof JwtAuthenticationToken authentication)) {
            throw EdgeProblem.of(ProblemCode.MISSING_TOKEN, "The route needs a bearer token.");
        }
        String subject = authentication.getName();
        if (operator) {
            return Caller.operator(subject);
        }
        List<String> workspaces = authentication.getToken().getClaimAsStringList("workspaces");
        return new Caller(
                subject, Caller.Role.USER, workspaces == null ? null : Set.copyOf(workspaces));
    }

    private static @Nullable String idempotencyKey(@Nullable String header) {
        if (header != null && !KEY.matcher(header).matches()) {
            throw EdgeProblem.of(
                    ProblemCode.INVALID_IDEMPOTENCY_KEY,
                    "An idempotency key has 1 to 255 visible ASCII characters.");
        }
        return header;
    }

    private static @Nullable Long ifMatch(@Nullable String header) {
        if (header == null || header.equals("*")) {
            return null;
        }
        Matcher matcher = REVISION_TAG.matcher(header);
        if (!matcher.matches()) {
            throw EdgeProblem.of(
                    ProblemCode.INVALID_IF_MATCH,
                    "If-Match takes one strong entity tag, as the ETag header gave it.");
        }
        return Long.parseLong(matcher.group(1));
    }
}
