package io.taskhistory.collector.masking;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.taskhistory.history.RawText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes secrets out of arguments, before they are stored, queued or logged. A secret is replaced by {@code ***}, however
 * long it is; all around it stays. What it looks for is found by names ({@code --password=…}), by the shape of the text
 * (keys, tokens, addresses with credentials) and by what programs are known to expect, and that is never all there is.
 *
 * <p>Whoever starts a program chooses these bytes, so nothing here takes more than a time in proportion to them: what is
 * built in reads them from left to right, and patterns are automata (RE2), which do not go back. Any thread may use one.
 */
public final class Mask {

  /** Nothing is secret. */
  public static final Mask NONE = new Mask(MaskRules.NONE);

  /** What is built in. */
  public static final Mask DEFAULT = new Mask(MaskRules.DEFAULT);

  private final MaskRules rules;
  private final SecretNames names;
  private final SecretOptions options;
  private final List<Pattern> patterns;

  public Mask(MaskRules rules) {
    this.rules = rules;
    names = new SecretNames(rules.builtIn(), rules.options());
    options = new SecretOptions(rules.builtIn(), rules.options());
    patterns = rules.patterns().stream().map(Pattern::compile).toList();
  }

  /** The arguments without the secrets in them; null where there are none. */
  public @Nullable List<RawText> of(@Nullable List<RawText> arguments) {
    return arguments == null || rules.isEmpty() ? arguments : masked(arguments);
  }

  private List<RawText> masked(List<RawText> arguments) {
    Arguments walk = new Arguments(names, options, rules.builtIn(), 0);
    List<RawText> masked = new ArrayList<>(arguments.size());
    for (RawText argument : arguments) {
      byte[] text = argument.toByteArray();
      Spans secrets = new Spans();
      walk.next(text, 0, text.length, secrets);
      match(text, secrets);
      masked.add(secrets.isEmpty() ? argument : RawText.of(secrets.replacedIn(text)));
    }
    return masked;
  }

  /** Each byte is a character here, as arguments need not be text. */
  private void match(byte[] text, Spans secrets) {
    if (patterns.isEmpty() || text.length == 0) {
      return;
    }
    String characters = new String(text, StandardCharsets.ISO_8859_1);
    for (Pattern pattern : patterns) {
      Matcher matcher = pattern.matcher(characters);
      int group = Math.min(1, matcher.groupCount());
      while (matcher.find()) {
        if (matcher.start(group) >= 0 && matcher.end(group) > matcher.start(group)) {
          secrets.add(matcher.start(group), matcher.end(group));
        }
      }
    }
  }
}
