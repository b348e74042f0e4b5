;; What is run to learn how long a process of an engine takes to start: empty.wasm is this, by wat2wasm.
;; Node's WASI wants a memory of that name.
(module
  (memory (export "memory") 1)
  (func (export "run") (export "_start")))
