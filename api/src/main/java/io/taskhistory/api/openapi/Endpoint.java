package io.taskhistory.api.openapi;

import io.taskhistory.api.ask.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One call that can be made: routes, the check of parameters and the served document are all made from it.
 *
 * @param id its name in the document, by which generated clients call it
 * @param path with {@code {name}} for parameters of the path
 * @param problems what it can answer with beyond {@link #USUAL}
 * @param isOpen whether it needs no token
 * @param isForEverything whether only those may call it who see everything
 */
public record Endpoint(
    String id, Method method, String path, String tag, String summary, String description, List<Param> params,
    @Nullable Request request, Answer answer, List<Refusal.Kind> problems, boolean isOpen,
    boolean isForEverything) {

  /** GET is answered to HEAD, too. */
  public enum Method { GET, POST }

  /** What any call can answer with. */
  public static final List<Refusal.Kind> USUAL = List.of(
      Refusal.Kind.BAD_PARAMETER, Refusal.Kind.UNKNOWN_PARAMETER, Refusal.Kind.BAD_REQUEST,
      Refusal.Kind.TOKEN_IN_URL, Refusal.Kind.METHOD_NOT_ALLOWED, Refusal.Kind.MISDIRECTED, Refusal.Kind.TOO_LARGE, Refusal.Kind.INTERNAL);

  /** The parameter of that name. */
  public Optional<Param> param(String name) {
    for (Param param : params) {
      if (param.name().equals(name)) {
        return Optional.of(param);
      }
    }
    return Optional.empty();
  }

  /** The names of those in the query. */
  public List<String> queryNames() {
    return params.stream().filter(param -> param.place() == Param.Place.QUERY).map(Param::name).toList();
  }

  /** All that it can answer with where something goes wrong. */
  public List<Refusal.Kind> allProblems() {
    List<Refusal.Kind> all = new ArrayList<>(USUAL);
    if (!isOpen) {
      all.add(Refusal.Kind.UNAUTHORIZED);
      all.add(Refusal.Kind.CROSS_SITE);
    }
    if (isForEverything) {
      all.add(Refusal.Kind.FORBIDDEN);
    }
    all.addAll(problems);
    return all;
  }

  public static Builder get(String id, String path) {
    return new Builder(id, Method.GET, path);
  }

  public static Builder post(String id, String path) {
    return new Builder(id, Method.POST, path);
  }

  /** Says it piece by piece. */
  public static final class Builder {

    private final String id;
    private final Method method;
    private final String path;
    private String tag = "history";
    private String summary = "";
    private String description = "";
    private List<Param> params = List.of();
    private @Nullable Request request;
    private List<Refusal.Kind> problems = List.of();
    private boolean isOpen;
    private boolean isForEverything;

    private Builder(String id, Method method, String path) {
      this.id = id;
      this.method = method;
      this.path = path;
    }

    public Builder tag(String text) {
      tag = text;
      return this;
    }

    public Builder says(String oneLine, String more) {
      summary = oneLine;
      description = more;
      return this;
    }

    public Builder takes(Param... all) {
      params = List.of(all);
      return this;
    }

    public Builder reads(Request body) {
      request = body;
      return this;
    }

    public Builder refuses(Refusal.Kind... kinds) {
      problems = List.of(kinds);
      return this;
    }

    public Builder open() {
      isOpen = true;
      return this;
    }

    public Builder forEverything() {
      isForEverything = true;
      return this;
    }

    public Endpoint gives(Answer answer) {
      return new Endpoint(id, method, path, tag, summary, description, params, request, answer, problems, isOpen,
          isForEverything);
    }
  }
}
