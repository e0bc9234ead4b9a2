-- Each table belongs to one service, which alone reads and writes it. All of this can be run again:
-- a database in a cloud is given it at every deployment.

-- catalog
CREATE TABLE IF NOT EXISTS products (
  sku         VARCHAR(40)  NOT NULL PRIMARY KEY,
  position    INT          NOT NULL,
  category    VARCHAR(20)  NOT NULL,
  name        VARCHAR(60)  NOT NULL,
  summary     VARCHAR(120) NOT NULL,
  description TEXT         NOT NULL,
  details     VARCHAR(200) NOT NULL,
  tint        VARCHAR(10)  NOT NULL,
  price_cents INT          NOT NULL CHECK (price_cents > 0),
  stock       INT          NOT NULL CHECK (stock >= 0)
);

CREATE TABLE IF NOT EXISTS reservations (
  order_id VARCHAR(40) NOT NULL,
  sku      VARCHAR(40) NOT NULL,
  quantity INT         NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (order_id, sku),
  FOREIGN KEY (sku) REFERENCES products (sku)
);

-- cart
CREATE TABLE IF NOT EXISTS cart_lines (
  cart_id  VARCHAR(40) NOT NULL,
  sku      VARCHAR(40) NOT NULL,
  quantity INT         NOT NULL CHECK (quantity > 0),
  added_at TIMESTAMP   NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (cart_id, sku)
);

-- orders
CREATE TABLE IF NOT EXISTS orders (
  id              VARCHAR(40)  NOT NULL PRIMARY KEY,
  idempotency_key VARCHAR(64)  NOT NULL UNIQUE,
  cart_id         VARCHAR(40)  NOT NULL,
  name            VARCHAR(80)  NOT NULL,
  email           VARCHAR(120) NOT NULL,
  address         VARCHAR(200) NOT NULL,
  total_cents     INT          NOT NULL,
  state           VARCHAR(20)  NOT NULL,
  reason          VARCHAR(200) NOT NULL DEFAULT '',
  created_at      TIMESTAMP    NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE IF NOT EXISTS order_lines (
  order_id    VARCHAR(40) NOT NULL,
  sku         VARCHAR(40) NOT NULL,
  name        VARCHAR(60) NOT NULL,
  price_cents INT         NOT NULL,
  quantity    INT         NOT NULL,
  PRIMARY KEY (order_id, sku),
  FOREIGN KEY (order_id) REFERENCES orders (id)
);

-- payments
CREATE TABLE IF NOT EXISTS payments (
  order_id     VARCHAR(40)  NOT NULL PRIMARY KEY,
  amount_cents INT          NOT NULL CHECK (amount_cents > 0),
  last4        VARCHAR(4)   NOT NULL,
  state        VARCHAR(20)  NOT NULL,
  reason       VARCHAR(200) NOT NULL,
  created_at   TIMESTAMP    NOT NULL DEFAULT CURRENT_TIMESTAMP
);
