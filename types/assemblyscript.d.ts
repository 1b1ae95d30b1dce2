// The integer and float names of the AssemblyScript dialect, as tsc and the editor see them.
// asc brings its own; in JavaScript every one of them is a number.
declare type i32 = number;
declare type u32 = number;
declare type u16 = number;
declare type u8 = number;
declare type i16 = number;
declare type u64 = number;
declare type usize = number;
declare type f64 = number;
declare type bool = boolean;
