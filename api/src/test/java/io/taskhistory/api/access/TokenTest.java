package io.taskhistory.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class TokenTest {

  private static BooleanSupplier admitted(Token token, String shown) {
    BooleanSupplier holds = token.admit(shown);
    if (holds == null) {
      throw new AssertionError("was not let in");
    }
    return holds;
  }

  @Test
  void token_admitsItselfAlone() {
    Token token = new Token("secret");
    assertThat(admitted(token, "secret").getAsBoolean()).isTrue();
    for (String other : new String[] {"", "secre", "secrets", "Secret", "secret ", "\u0000secret"}) {
      assertThat(token.admit(other)).as(other).isNull();
    }
  }

  @Test
  void token_replaced_endsWhatTheOldOneOpened() {
    Token token = new Token("one");
    BooleanSupplier holds = admitted(token, "one");
    token.replace("two");
    assertThat(holds.getAsBoolean()).isFalse();
    assertThat(token.admit("one")).isNull();
    assertThat(admitted(token, "two").getAsBoolean()).isTrue();
  }

  @Test
  void token_replacedByItself_endsNothing() {
    Token token = new Token("one");
    BooleanSupplier holds = admitted(token, "one");
    token.replace("one");
    assertThat(holds.getAsBoolean()).isTrue();
  }

  @Test
  void token_takenAway_admitsNobody() {
    Token token = new Token("one");
    BooleanSupplier holds = admitted(token, "one");
    token.replace(null);
    assertThat(holds.getAsBoolean()).isFalse();
    assertThat(token.isAny()).isFalse();
    assertThat(token.admit("one")).isNull();
    assertThat(token.admit("")).isNull();
    assertThat(token.admit("null")).isNull();
  }
}
