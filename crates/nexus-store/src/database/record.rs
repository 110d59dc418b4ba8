//! Rows as structs. The macros of sqlx would do it too, at the price of compiling both drivers once more for the compiler.

/// A struct whose fields are columns of the same names.
macro_rules! record {
    ($(#[$about:meta])* $visible:vis struct $name:ident { $($column:ident: $kind:ty,)* }) => {
        $(#[$about])*
        $visible struct $name {
            $($column: $kind,)*
        }

        impl sqlx::FromRow<'_, sqlx::any::AnyRow> for $name {
            fn from_row(row: &sqlx::any::AnyRow) -> Result<Self, sqlx::Error> {
                use sqlx::Row as _;
                Ok(Self { $($column: row.try_get(stringify!($column))?,)* })
            }
        }
    };
}

pub(crate) use record;
