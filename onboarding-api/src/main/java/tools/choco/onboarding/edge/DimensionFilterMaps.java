package tools.choco.onboarding.edge;

import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/** Reads {@link DimensionFilters} from the query. */
public final class DimensionFilterMaps implements HandlerMethodArgumentResolver {

    private static final int VALUE_LENGTH_MAX = 64;

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.hasParameterAnnotation(DimensionFilters.class);
    }

    @Override
    public Object resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binders) {
        Map<String, String> filters = new TreeMap<>();
        for (Iterator<String> names = request.getParameterNames(); names.hasNext(); ) {
            String name = names.next();
            String[] values = request.getParameterValues(name);
            if (!name.startsWith(DimensionFilters.PREFIX) || values == null) {
                continue;
            }
            if (values.length > 1 || values[0].length() > VALUE_LENGTH_MAX) {
                throw EdgeProblem.at(
                        ProblemCode.INVALID_PARAMETER,
                        name,
                        "A filter has one value of at most " + VALUE_LENGTH_MAX + " characters.");
            }
            filters.put(name.substring(DimensionFilters.PREFIX.length()), values[0]);
        }
        return filters;
    }
}
