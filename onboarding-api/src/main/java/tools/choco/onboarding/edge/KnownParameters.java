package tools.choco.onboarding.edge;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Refuses query parameters that a route does not take: a filter with a typing error must not answer
 * with unfiltered numbers. Routes that take none at all are left alone.
 */
public final class KnownParameters implements HandlerInterceptor {

    @Override
    public boolean preHandle(
            HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (handler instanceof HandlerMethod method) {
            Set<String> known = namesOf(method);
            if (!known.isEmpty()
                    && !request.getParameterMap().keySet().stream()
                            .allMatch(it -> known.contains(it) || isFilter(it, method))) {
                throw EdgeProblem.of(
                        ProblemCode.INVALID_PARAMETER,
                        "The route takes these parameters: "
                                + known.stream().sorted().collect(Collectors.joining(", "))
                                + ".");
            }
        }
        return true;
    }

    /** Which filters there are, the route knows. */
    private static boolean isFilter(String name, HandlerMethod method) {
        return name.startsWith(DimensionFilters.PREFIX)
                && Arrays.stream(method.getMethodParameters())
                        .anyMatch(it -> it.hasParameterAnnotation(DimensionFilters.class));
    }

    private static Set<String> namesOf(HandlerMethod method) {
        return Arrays.stream(method.getMethodParameters())
                .filter(parameter -> parameter.hasParameterAnnotation(RequestParam.class))
                .map(KnownParameters::nameOf)
                .collect(Collectors.toSet());
    }

    private static String nameOf(MethodParameter parameter) {
        RequestParam annotation =
                Objects.requireNonNull(parameter.getParameterAnnotation(RequestParam.class));
        return annotation.name().isEmpty()
                ? Objects.requireNonNull(parameter.getParameter().getName())
                : annotation.name();
    }
}
