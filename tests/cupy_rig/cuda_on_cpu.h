// Compiles CuPy's generated CUDA C++ as ordinary C++ and runs it on the CPU.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <cmath>
#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <utility>
#include <type_traits>
#include <vector>
#include <ucontext.h>
#define __global__
#define __device__
#define __host__
#define __constant__ static
#define __shared__ static __attribute__((section("cpu_shared")))
extern "C" { extern char __start_cpu_shared[] __attribute__((weak, visibility("hidden"))); extern char __stop_cpu_shared[] __attribute__((weak, visibility("hidden"))); }
#define __forceinline__ inline
#define __noinline__
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))
#define CUPY_CPU_EMULATION 1
#define __CUDA_ARCH__ 900
struct uint3 { unsigned x, y, z; };
struct dim3 { unsigned x, y, z; dim3(unsigned a=1, unsigned b=1, unsigned c=1):x(a),y(b),z(c){} };
struct float2 { float x, y; }; struct alignas(16) float4 { float x, y, z, w; };
static uint3 threadIdx, blockIdx; static dim3 blockDim, gridDim; static const int warpSize = 32;
static bool cpu_fibers;
static ucontext_t cpu_main; static std::vector<ucontext_t> cpu_ctx;
static std::vector<char> cpu_state;     // 0 running, 1 at __syncthreads, 2 at a warp barrier, 3 finished
static unsigned cpu_cur; static char* cpu_dyn_smem; static std::vector<unsigned long long> cpu_lane;
static inline void cpu_wait(int st) { if (cpu_fibers) { cpu_state[cpu_cur] = st; swapcontext(&cpu_ctx[cpu_cur], &cpu_main); } }
static inline void __syncthreads() { cpu_wait(1); }
static inline void __syncwarp(unsigned = ~0u) { cpu_wait(2); }
template<class T> static inline T cpu_shfl(T v, int src) {
  unsigned me = cpu_cur, base = me & ~31u; memcpy(&cpu_lane[me], &v, sizeof v); cpu_wait(2);
  T r; memcpy(&r, &cpu_lane[base + (src & 31)], sizeof r); cpu_wait(2); return r; }
template<class T> static inline T __shfl_xor_sync(unsigned, T v, int m, int = 32) { return cpu_shfl(v, (int)(cpu_cur & 31) ^ m); }
template<class T> static inline T __shfl_sync(unsigned, T v, int l, int = 32) { return cpu_shfl(v, l); }
template<class T> static inline T __shfl_down_sync(unsigned, T v, unsigned d, int w = 32) { int l = cpu_cur & 31; return cpu_shfl(v, (l % w) + (int)d < w ? l + d : l); }
template<class T> static inline T __shfl_up_sync(unsigned, T v, unsigned d, int w = 32) { int l = cpu_cur & 31; return cpu_shfl(v, (l % w) >= (int)d ? l - d : l); }
static inline void __threadfence() {} static inline void __threadfence_block() {}
using std::isnan; using std::isinf; using std::isfinite; using std::signbit;
static inline unsigned long long __umul64hi(unsigned long long a,unsigned long long b){return (unsigned long long)((unsigned __int128)a*b>>64);}
static inline int __popc(unsigned x){return __builtin_popcount(x);} static inline int __popcll(unsigned long long x){return __builtin_popcountll(x);}
static inline int __clz(int x){return x?__builtin_clz(x):32;} static inline int __clzll(long long x){return x?__builtin_clzll(x):64;}
static inline int __ffs(int x){return __builtin_ffs(x);} static inline int __ffsll(long long x){return __builtin_ffsll(x);}
template<class A,class B> static inline A cpu_cast(B b){static_assert(sizeof(A)==sizeof(B),"");A a;memcpy(&a,&b,sizeof a);return a;}
static inline float __int_as_float(int x){return cpu_cast<float>(x);} static inline int __float_as_int(float x){return cpu_cast<int>(x);}
static inline float __uint_as_float(unsigned x){return cpu_cast<float>(x);} static inline unsigned __float_as_uint(float x){return cpu_cast<unsigned>(x);}
static inline double __longlong_as_double(long long x){return cpu_cast<double>(x);} static inline long long __double_as_longlong(double x){return cpu_cast<long long>(x);}
static inline unsigned short __float2half_rn(float f){return cpu_cast<unsigned short>((_Float16)f);}
static inline float __half2float(unsigned short u){return (float)cpu_cast<_Float16>(u);}
struct half; static inline unsigned short __half_as_ushort(const half&h); static inline half __ushort_as_half(unsigned short u);
static inline long long __float2ll_rn(float x){return llrintf(x);} static inline long long __double2ll_rn(double x){return llrint(x);}
#define CPU_MINMAX(T) static inline T min(T a,T b){return a<b?a:b;} static inline T max(T a,T b){return a>b?a:b;}
CPU_MINMAX(int) CPU_MINMAX(unsigned) CPU_MINMAX(long) CPU_MINMAX(unsigned long) CPU_MINMAX(long long) CPU_MINMAX(unsigned long long)
static inline float min(float a,float b){return fminf(a,b);} static inline float max(float a,float b){return fmaxf(a,b);}
static inline double min(double a,double b){return fmin(a,b);} static inline double max(double a,double b){return fmax(a,b);}
static inline float rsqrt(float x){return 1.0f/sqrtf(x);} static inline float rsqrtf(float x){return 1.0f/sqrtf(x);} static inline double rsqrt(double x){return 1.0/sqrt(x);}
static inline float __expf(float x){return expf(x);} static inline float __logf(float x){return logf(x);} static inline float __fdividef(float a,float b){return a/b;}
#define CPU_F(n) static inline float n(float x){return n##f(x);}
template<class T> static inline T __ldg(const T*p){return *p;}
template<class T> static inline T cpu_add(T*p,T v){T o=*p;*p=o+v;return o;}
#define CPU_ATOMIC(T) static inline T atomicAdd(T*p,T v){T o=*p;*p=o+v;return o;} static inline T atomicExch(T*p,T v){T o=*p;*p=v;return o;} static inline T atomicCAS(T*p,T c,T v){T o=*p;if(o==c)*p=v;return o;}
CPU_ATOMIC(int) CPU_ATOMIC(unsigned) CPU_ATOMIC(unsigned long long) CPU_ATOMIC(float) CPU_ATOMIC(double)
#define CPU_AMM(T) static inline T atomicMin(T*p,T v){T o=*p;if(v<o)*p=v;return o;} static inline T atomicMax(T*p,T v){T o=*p;if(v>o)*p=v;return o;}
CPU_AMM(int) CPU_AMM(unsigned) CPU_AMM(unsigned long long)
template<class... A, size_t... I> static void cpu_call(void(*f)(A...), void**p, std::index_sequence<I...>){ f(*reinterpret_cast<typename std::remove_cv<A>::type*>(p[I])...); }
template<class... A> static void cpu_invoke(void(*f)(A...), void**p){ cpu_call(f, p, std::index_sequence_for<A...>{}); }
template<class F> struct cpu_job { static F f; static void** p; static void entry(){ cpu_invoke(f, p); cpu_state[cpu_cur]=3; } };
template<class F> F cpu_job<F>::f; template<class F> void** cpu_job<F>::p;
// order: 1 runs the threads of a block in turn, -1 backwards, 2 and -2 one warp as far as it goes: a kernel that lacks a barrier then gives another answer
template<class F> static void cpu_launch(F f, void**p, const unsigned*g, const unsigned*b, int fibers, int order, size_t shared){
  gridDim=dim3(g[0],g[1],g[2]); blockDim=dim3(b[0],b[1],b[2]); cpu_fibers=fibers;
  unsigned n=b[0]*b[1]*b[2]; static std::vector<char> stacks, dyn; const size_t SS=32768;
  dyn.resize(shared+64); cpu_dyn_smem=(char*)(((size_t)dyn.data()+63)&~(size_t)63);
  if(fibers){ stacks.resize(n*SS); cpu_ctx.resize(n); cpu_state.assign(n,0); cpu_lane.resize((n+31)/32*32); cpu_job<F>::f=f; cpu_job<F>::p=p; }
  auto place=[&](unsigned t){ threadIdx=uint3{t%b[0],t/b[0]%b[1],t/b[0]/b[1]}; };
  for(unsigned z=0;z<g[2];z++) for(unsigned y=0;y<g[1];y++) for(unsigned x=0;x<g[0];x++){
    blockIdx=uint3{x,y,z};
    if(!fibers){ for(unsigned i=0;i<n;i++){ place(order>0?i:n-1-i); cpu_invoke(f,p);} continue; }
    for(unsigned t=0;t<n;t++){ getcontext(&cpu_ctx[t]); cpu_ctx[t].uc_stack.ss_sp=&stacks[t*SS]; cpu_ctx[t].uc_stack.ss_size=SS;
      cpu_ctx[t].uc_link=&cpu_main; makecontext(&cpu_ctx[t],(void(*)())cpu_job<F>::entry,0); cpu_state[t]=0; }
    if(__start_cpu_shared) memset(__start_cpu_shared,0xAB,__stop_cpu_shared-__start_cpu_shared);   // shared memory starts undefined
    if(shared) memset(cpu_dyn_smem,0xAB,shared);
    unsigned nw=(n+31)/32;
    auto pass=[&](unsigned lo,unsigned hi){ bool ran=false;                       // run each runnable thread once
      for(unsigned i=lo;i<hi;i++){ unsigned t=order>0?i:hi-1-(i-lo); if(cpu_state[t]==0){ cpu_cur=t; place(t); swapcontext(&cpu_main,&cpu_ctx[t]); ran=true; } }
      return ran; };
    auto release_warp=[&](unsigned w){ unsigned lo=w*32,hi=lo+32<n?lo+32:n; bool any=false,all=true;
      for(unsigned t=lo;t<hi;t++){ any|=cpu_state[t]==2; all&=cpu_state[t]>=2; }
      if(any&&all) for(unsigned t=lo;t<hi;t++) if(cpu_state[t]==2) cpu_state[t]=0;
      return any&&all; };
    for(;;){ bool ran=false;
      for(unsigned i=0;i<nw;i++){ unsigned w=order>0?i:nw-1-i, lo=w*32, hi=lo+32<n?lo+32:n;
        if(order==2||order==-2){ while(pass(lo,hi)|release_warp(w)) ran=true; }   // greedy: one warp as far as it can go
        else { ran|=pass(lo,hi); ran|=release_warp(w); } }
      bool any=false, all=true; for(unsigned t=0;t<n;t++){ any|=cpu_state[t]==1; all&=cpu_state[t]==1||cpu_state[t]==3; }
      if(any&&all){ for(unsigned t=0;t<n;t++) if(cpu_state[t]==1) cpu_state[t]=0; ran=true; }   // release the block
      if(!ran) break; }
    for(unsigned t=0;t<n;t++) if(cpu_state[t]!=3){ fprintf(stderr,"cpuexec: deadlock at a barrier\n"); std::abort(); }
  }
}
