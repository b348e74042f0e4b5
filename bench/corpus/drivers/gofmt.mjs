// gofmt, in Go by TinyGo: formats Go.
import { format } from "@wasm-fmt/gofmt";

const part = (i) => `
type T${i} struct { a int;bb   string ; c map[string][]int }
func (t *T${i}) Do(x,y int,  f func(int)error) (n int, err error) {
for i:=0;i<x;i++{ if v,ok:=t.c[t.bb];ok&&len(v)>i { n+=v[i]*y } else { switch { case i%2==0: n++
default: if err=f(i);err!=nil{return} } } }
return n<<2|${i},nil }
`;

export default async function run() {
    return format("package main\n" + Array.from({ length: 300 }, (_, i) => part(i)).join("\n"));
}
