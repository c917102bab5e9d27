/** Writes to a database in WAL mode as fast as it can, and moves its log into the file all the time: `node walWriter.ts <file>`. */

import Sqlite from "better-sqlite3";

const database = new Sqlite(process.argv[2] ?? "");
database.pragma("journal_mode = wal");
database.pragma("wal_autocheckpoint = 10");
database.pragma("synchronous = off");
database.exec("create table point (step integer primary key, value text)");
const add = database.prepare("insert into point (value) values (hex(randomblob(200)))");
process.stdout.write("begun\n");

function write(): void {
  database.transaction(() => {
    for (let count = 0; count < 50; count++) add.run();
  })();
  setImmediate(write);
}
write();
