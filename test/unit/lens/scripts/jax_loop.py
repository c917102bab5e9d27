import jax
import jax.numpy as jnp
import optax
from absl import app, flags

FLAGS = flags.FLAGS


def main(_):
    optimizer = optax.adam(FLAGS.learning_rate)
    loss_and_grad = jax.value_and_grad(lambda w, x, y: jnp.mean((x @ w - y) ** 2))
    for step in range(FLAGS.num_steps):
        loss, grads = loss_and_grad(w, x, y)
        updates, state = optimizer.update(grads, state)
        w = optax.apply_updates(w, updates)
        if step % 100 == 0:
            logging.info("step %d, loss %.5f", step, loss)


if __name__ == "__main__":
    app.run(main)
