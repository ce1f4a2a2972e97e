package io.taskhistory.api.audisp;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/** Takes in an answer of bounded length; a longer one is an error. */
final class Body implements BodySubscriber<Body> {

  private final int most;
  private final CompletableFuture<Body> whole = new CompletableFuture<>();
  private @Nullable Subscription subscription;
  private byte[] bytes;
  private int length;

  Body(int expected, int most) {
    this.most = most;
    this.bytes = new byte[expected];
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  @Override
  public CompletionStage<Body> getBody() {
    return whole;
  }

  @Override
  public void onSubscribe(Subscription to) {
    subscription = to;
    to.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> items) {
    for (ByteBuffer item : items) {
      int added = item.remaining();
      if (added > most - length) {
        if (subscription != null) {
          subscription.cancel();
        }
        whole.completeExceptionally(new IllegalStateException("the answer is longer than " + most + " bytes"));
        return;
      }
      if (added > bytes.length - length) {
        bytes = Arrays.copyOf(bytes, Math.min(most, Math.max(2 * bytes.length, length + added)));
      }
      item.get(bytes, length, added);
      length += added;
    }
  }

  @Override
  public void onError(Throwable error) {
    whole.completeExceptionally(error);
  }

  @Override
  public void onComplete() {
    whole.complete(this);
  }
}
