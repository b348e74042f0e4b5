// clang-format, in C++: formats C++.
import { format } from "@wasm-fmt/clang-format";

const part = (i) => `
template<typename T,int N=${i}> class Thing${i}:public Base<T>{ public:
explicit Thing${i}(const std::vector<T>&v,int n=0):values_(v),n_(n){}
auto sum(std::function<bool(const T&)> f)const->T { T total{};
for(const auto&x:values_) if(f(x)&&x!=T{}) total+=x*N; else continue;
switch(n_){case 0: return total; case 1:{ return -total;} default: break;}
return n_>0?total<<2:static_cast<T>(total/(n_+1)); } private: std::vector<T> values_;
int n_; /* a comment that is rather long and has to be broken when it does not fit in ${i} columns */ };
`;

export default async function run() {
    return format(Array.from({ length: 30 }, (_, i) => part(i)).join("\n"), "a.cc", "Chromium");
}
