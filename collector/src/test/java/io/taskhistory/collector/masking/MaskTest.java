package io.taskhistory.collector.masking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.history.RawText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In the tables arguments have bars between them, and {@code ^} is a newline. */
class MaskTest {

  private static String masked(Mask mask, String arguments) {
    List<RawText> argv =
        Arrays.stream(arguments.replace('^', '\n').split("[|]", -1)).map(RawText::of).toList();
    @Nullable List<RawText> masked = mask.of(argv);
    assertThat(masked).isNotNull();
    return masked.stream().map(text -> new String(text.toByteArray(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("|")).replace('\n', '^');
  }

  @ParameterizedTest
  @CsvSource(delimiter = '!', quoteCharacter = '`', textBlock = """
      x|--password=hunter2|-v                          ! x|--password=***|-v
      x|--password|hunter2|-v                          ! x|--password|***|-v
      x|--password|-hunter2                            ! x|--password|***
      x|--password|--host=a|b                          ! x|--password|--host=a|b
      x|-password|hunter2                              ! x|-password|***
      x|--db.password=a b,c=d                          ! x|--db.password=***
      x|--dbPassword=a|--apiKey=b|--api_key=c          ! x|--dbPassword=***|--apiKey=***|--api_key=***
      x|--token|t0|--secret|s|--api-key|k|--pass|p     ! x|--token|***|--secret|***|--api-key|***|--pass|***
      env|PGPASSWORD=a b|MYSQL_PWD=x|DB_PASS=y|A=b     ! env|PGPASSWORD=***|MYSQL_PWD=***|DB_PASS=***|A=b
      docker|run|-e|SECRET_TOKEN=x|--env=API_KEY=y,z   ! docker|run|-e|SECRET_TOKEN=***|--env=API_KEY=***
      java|-Dspring.datasource.password=x|-jar|a       ! java|-Dspring.datasource.password=***|-jar|a
      curl|-d|user=a&password=b&x=c|u                  ! curl|-d|user=a&password=***&x=c|u
      curl|-d|user=a&password=b&&c&x=d|u               ! curl|-d|user=a&password=***&x=d|u
      mount|-o|username=a,password=b,c,uid=1           ! mount|-o|username=a,password=***,uid=1
      x|{"user": "a", "password": "b\\"c", "n": 1}     ! x|{"user": "a", "password": "***", "n": 1}
      x|{\\"token\\":\\"b\\",\\"n\\":1}                ! x|{\\"token\\":\\"***\\",\\"n\\":1}
      curl|-H|Authorization: Bearer abc.def-123        ! curl|-H|Authorization: Bearer ***
      curl|-H|authorization:Basic dTpw|u               ! curl|-H|authorization:Basic ***|u
      curl|-H|X-Api-Key: abc|-H|Accept: b              ! curl|-H|X-Api-Key: ***|-H|Accept: b
      x|send bearer abcdefgh12345 to                   ! x|send bearer *** to
      x|host=a;Uid=b;Pwd=c;Database=d                  ! x|host=a;Uid=b;Pwd=***;Database=d
      openssl|-passin|pass:abc|-in|f                   ! openssl|-passin|pass:***|-in|f
      """)
  void valueOfSecretName_isReplaced(String arguments, String expected) {
    assertThat(masked(Mask.DEFAULT, arguments)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '!', quoteCharacter = '`', textBlock = """
      mysql|-uroot|-phunter2|db                        ! mysql|-uroot|-p***|db
      mysql|-u|root|-p|db                              ! mysql|-u|root|-p|db
      /usr/bin/mysqldump|-px                           ! /usr/bin/mysqldump|-p***
      sudo|-u|a|mariadb|-px                            ! sudo|-u|a|mariadb|-p***
      sshpass|-p|hunter2|ssh|-p|22|h                   ! sshpass|-p|***|ssh|-p|***|h
      sshpass|-phunter2|ssh|h                          ! sshpass|-p***|ssh|h
      ssh|-p|22|h                                      ! ssh|-p|22|h
      docker|run|-p|80:80|i                            ! docker|run|-p|80:80|i
      docker|login|-u|a|-p|b                           ! docker|login|-u|a|-p|***
      curl|-u|me:hunter2|h                             ! curl|-u|me:***|h
      curl|-sSu|me:a:b|h                               ! curl|-sSu|me:***|h
      curl|-ume:hunter2|-u|me|h                        ! curl|-ume:***|-u|me|h
      redis-cli|-a|x|ping                              ! redis-cli|-a|***|ping
      ldapsearch|-D|cn=a|-w|x                          ! ldapsearch|-D|cn=a|-w|***
      smbclient|-U|a%b|//h/s                           ! smbclient|-U|a%***|//h/s
      7z|a|-pabc|f                                     ! 7z|a|-p***|f
      """)
  void optionOfKnownProgram_isReplaced(String arguments, String expected) {
    assertThat(masked(Mask.DEFAULT, arguments)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '!', quoteCharacter = '`', textBlock = """
      x|https://me:hunter2@h/p?q=r@s                   ! x|https://me:***@h/p?q=r@s
      x|postgres://me:a/b@h:5432/db                    ! x|postgres://me:***@h:5432/db
      x|a=amqp://me:p@h1,amqp://me:q@h2 c              ! x|a=amqp://me:***@h1,amqp://me:***@h2 c
      x|redis://:hunter2@h                             ! x|redis://:***@h
      x|http://h:80/a@b                                ! x|http://h:80/a@b
      x|http://[::1]:80/a@b                            ! x|http://[::1]:80/a@b
      x|ssh://me@h:22/p                                ! x|ssh://me@h:22/p
      git|clone|https://0123456789abcdef0123456789@h/r ! git|clone|https://***@h/r
      x|AKIAABCDEFGHIJKLMNOP|k                         ! x|***|k
      x|a=ghp_0123456789abcdefghijABCDEFGHIJ012345;b   ! x|a=***;b
      x|glpat-0123456789abcdefghij                     ! x|***
      x|xoxb-1234567890-abcdef                         ! x|***
      x|eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dX  ! x|***
      x|-----BEGIN RSA PRIVATE KEY-----^abc^-----END RSA PRIVATE KEY-----^y ! x|-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----^y
      x|-----BEGIN PRIVATE KEY-----^abc                ! x|-----BEGIN PRIVATE KEY-----***
      x|-----BEGIN CERTIFICATE-----^abc                ! x|-----BEGIN CERTIFICATE-----^abc
      """)
  void whatLooksLikeASecret_isReplaced(String arguments, String expected) {
    assertThat(masked(Mask.DEFAULT, arguments)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '!', quoteCharacter = '`', textBlock = """
      sh|-c|mysql -uroot -phunter2 db                  ! sh|-c|mysql -uroot -p*** db
      sh|-c|PASSWORD=abc mysql -u root                 ! sh|-c|PASSWORD=*** mysql -u root
      sh|-c|PASSWORD='a b' x                           ! sh|-c|PASSWORD='***' x
      sh|-c|PASSWORD=abc;rm -r x                       ! sh|-c|PASSWORD=***;rm -r x
      sh|-c|x --password 'a b' -v; y --token=c&z       ! sh|-c|x --password '***' -v; y --token=***&z
      ssh|h|sudo -n sshpass -p abc ssh i               ! ssh|h|sudo -n sshpass -p *** ssh i
      sh|-c|bash -c "mysql -pabc -u a"                 ! sh|-c|bash -c "mysql -p*** -u a"
      sh|-c|curl -H "Authorization: Bearer abcdefgh" u ! sh|-c|curl -H "Authorization: Bearer ***" u
      sh|-c|echo password: hunter2                     ! sh|-c|echo password: ***
      """)
  void lineForAShell_isReadAsItsWords(String arguments, String expected) {
    assertThat(masked(Mask.DEFAULT, arguments)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "x|--password-file=/run/p|--token-type|bearer|--max-tokens=5|--no-password|h|--ask-pass|h", "|", "x||--",
      "env|PWD=/root|OLDPWD=/|HOME=/root|TERM=xterm", "docker|run|-v|/etc/passwd:/etc/passwd:ro|vault/secret:1.2",
      "x|--bypass=1|--compass|north|--keyboard=de|--tokenizer=a", "ls|-la|/home/me/secret/token", "passwd|root",
      "x|secret://a/b|12:34:56|a:b|std::token::next", "gcc|-c|a.c|-o|a.o", "sh|-c|ls -l | wc -l; echo a=b",
      "cat|-----BEGIN PUBLIC KEY-----^abc", "sudo|-p|Password:|id", "x|é=ü|\u0001\u0002", "x|sk-short|ghp_short"})
  void whatIsNoSecret_stays(String arguments) {
    assertThat(masked(Mask.DEFAULT, arguments)).isEqualTo(arguments);
  }

  @Test
  void whatIsMasked_isTheSameMaskedAgain() {
    for (String arguments : List.of("x|--password=a|-v", "sh|-c|mysql -pabc", "curl|-u|a:b|https://u:p@h/",
        "curl|-H|Authorization: Bearer abcdefghi", "x|{\"password\": \"b\"}")) {
      String once = masked(Mask.DEFAULT, arguments);
      assertThat(masked(Mask.DEFAULT, once)).isEqualTo(once).isNotEqualTo(arguments);
    }
  }

  @Test
  void secretOfAnyLength_leavesTheSame() {
    String expected = masked(Mask.DEFAULT, "x|--password=a|--token|b|http://u:c@h/");
    for (int length : new int[] {1, 2, 7, 100, 1000}) {
      String secret = "Z".repeat(length);
      assertThat(masked(Mask.DEFAULT, "x|--password=" + secret + "|--token|" + secret + "|http://u:" + secret + "@h/"))
          .isEqualTo(expected);
    }
  }

  @Test
  void secretAmidAnything_isNotInWhatIsLeft() {
    Random random = new Random(20261130);
    String[] noise = {"a", "-x", "--", "=", ":", "\"", "'", " ", "&", "b=c", ",", ";", "\\", "(", "}", "http://h/", "é"};
    String[] before = {"--password=", "--api-key=", "DB_PASSWORD=", "X-Auth-Token: ", "x://u:"};
    for (int round = 0; round < 5_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(6); i > 0; i--) {
        text.append(noise[random.nextInt(noise.length)]);
      }
      String name = before[random.nextInt(before.length)];
      text.append(' ').append(name).append("hunter2").append(name.contains("//") ? "@h" : "");
      for (int i = random.nextInt(6); i > 0; i--) {
        text.append(noise[random.nextInt(noise.length)]);
      }
      assertThat(masked(Mask.DEFAULT, text.toString())).as(text.toString()).doesNotContain("hunter2");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"://", "a:b@", "://a:", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "sk-", "eyJ.", "&a", "password",
      "password=", "password= ", "password=\"", "\\\"", "' ", "-p ", "a ", "-", "_", "Bearer ", "token:", "(\"' ", "&a=", ",,"})
  void hostileArguments_areGoneThroughInOrder(String unit) {
    List<RawText> one = List.of(RawText.of("mysql"), RawText.of(unit.repeat(4096 / unit.length())));
    List<RawText> many = Collections.nCopies(4096 / (unit.length() + 1), RawText.of(unit));
    Mask patterns = new Mask(new MaskRules(true, List.of("--pin"), List.of("(a+)+x", "([a-z:]*)*/@@")));
    for (int i = 0; i < 10; i++) {
      assertThat(patterns.of(one)).hasSize(2);
      assertThat(Mask.DEFAULT.of(many)).hasSameSizeAs(many);
    }
  }

  @Test
  void furtherRules_addToWhatIsBuiltIn() {
    Mask mask = new Mask(new MaskRules(true, List.of("--pin", "-k", "MY_KEY"), List.of("id=([0-9]+)", "card-\\d+")));
    assertThat(masked(mask, "x|--pin|12|-k|a|-kb|MY_KEY=c|--my-key=d|id=5;|card-77-x|--password=e|key=f"))
        .isEqualTo("x|--pin|***|-k|***|-k***|MY_KEY=***|--my-key=***|id=***;|***-x|--password=***|key=f");
    Mask custom = new Mask(new MaskRules(false, List.of("--pin"), List.of()));
    assertThat(masked(custom, "mysql|-pa|--pin=1|--password=b|http://u:p@h"))
        .isEqualTo("mysql|-pa|--pin=***|--password=b|http://u:p@h");
    assertThat(masked(Mask.NONE, "x|--password=a")).isEqualTo("x|--password=a");
  }

  @Test
  void patterns_seeBytesThatAreNoText() {
    Mask mask = new Mask(new MaskRules(true, List.of(), List.of("key\\x{ff}(.*)")));
    List<RawText> argv = List.of(RawText.of(new byte[] {'k', 'e', 'y', (byte) 0xff, 'a', (byte) 0xfe}));
    assertThat(mask.of(argv)).containsExactly(RawText.of(new byte[] {'k', 'e', 'y', (byte) 0xff, '*', '*', '*'}));
    assertThat(mask.of(null)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "a(?=b)", "(a)\\1", "a*", "é", "(?<!x)y"})
  void wrongPattern_isRefused(String pattern) {
    assertThatThrownBy(() -> new MaskRules(true, List.of(), List.of(pattern)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-", "k", "--a b", "---x", "--pin=", "é"})
  void wrongOption_isRefused(String option) {
    assertThatThrownBy(() -> new MaskRules(true, List.of(option), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
