package io.taskhistory.api.service;

import io.taskhistory.api.access.FileState;
import io.taskhistory.api.access.Token;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the token from its file whenever that has changed: the file is what counts. Where it is gone, or holds none,
 * nobody is let in by token until it does; whoever deleted it may have done so for that.
 */
final class TokenWatch {

  private static final Logger LOG = LoggerFactory.getLogger(TokenWatch.class);

  private final DataDirectory directory;
  private final Token token;
  private FileState seen;

  private TokenWatch(DataDirectory directory, FileState seen, Token token) {
    this.directory = directory;
    this.seen = seen;
    this.token = token;
  }

  /** With the token of earlier starts, or a new one. */
  static TokenWatch of(DataDirectory directory) {
    directory.tokenOrNew();
    // First what the file is, then what it says: a change between the two is seen the next time.
    try {
      FileState seen = state(directory);
      return new TokenWatch(directory, seen, new Token(directory.tokenOrNew()));
    } catch (IOException e) {
      throw new ServiceException("cannot read " + directory.tokenFile() + ": " + e.getMessage(), e);
    }
  }

  Token token() {
    return token;
  }

  /** Looks whether the file has changed. */
  void look() {
    try {
      FileState now = state(directory);
      if (!now.equals(seen)) {
        Optional<String> found = directory.token();
        token.replace(found.orElse(null));
        LOG.warn(found.isPresent() ? "the token was replaced" : "the token was deleted: none is accepted any longer");
        seen = now;
      }
    } catch (IOException e) {
      LOG.debug("the token's file cannot be looked at", e);
    } catch (ServiceException e) {
      if (e.getCause() instanceof IOException) {
        // A disk that fails takes nobody's right to ask what is wrong.
        LOG.debug("the token cannot be read", e);
      } else if (token.isAny()) {
        token.replace(null);
        LOG.error("no token is accepted: {}", e.getMessage());
      }
    }
  }

  private static FileState state(DataDirectory directory) throws IOException {
    return FileState.of(List.of(directory.tokenFile()));
  }
}
