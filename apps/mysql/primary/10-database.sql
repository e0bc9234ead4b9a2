-- In the binary log, and so on every replica, whoever created it first.
CREATE DATABASE IF NOT EXISTS shop;
