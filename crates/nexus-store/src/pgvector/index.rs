//! The port over the tables.

use async_trait::async_trait;
use nexus_core::{
    ErrorKind, PortError, PortResult,
    port::VectorIndex,
    vectors::{
        Deletion, Filter, IndexStats, Match, Namespace, NamespaceInfo, Near, Page, Paging, RecordId, VectorQuery,
        VectorRecord, VectorUpdate, check_dimension, check_values,
    },
};
use sqlx::{Postgres, QueryBuilder, Transaction};

use super::{
    PROVIDER, PgVectorIndex, failed, filter,
    rows::{self, COLUMNS, Row},
};

const MAKE_NAMESPACE: &str = "insert into nexus_vector_namespaces (name) values ($1) on conflict do nothing";
const PUT: &str = "insert into nexus_vectors (namespace, id, embedding, sparse, metadata)
    select $1, id, embedding::halfvec, sparse::jsonb, metadata::jsonb
        from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as given (id, embedding, sparse, metadata)
    on conflict (namespace, id)
    do update set embedding = excluded.embedding, sparse = excluded.sparse, metadata = excluded.metadata";
const NEAREST_MUST: [&str; 3] = [
    // Goes on until enough rows have passed, instead of giving up after the first few.
    "set local hnsw.iterative_scan = strict_order",
    "set local hnsw.ef_search = 100",
    "set local hnsw.max_scan_tuples = 200000",
];

#[async_trait]
impl VectorIndex for PgVectorIndex {
    async fn upsert(&self, namespace: &Namespace, records: Vec<VectorRecord>) -> PortResult<usize> {
        const OP: &str = "store the vectors";
        for record in &records {
            record.check().map_err(|error| error.port(PROVIDER, OP))?;
        }
        let Some(first) = records.first() else { return Ok(0) };
        let dimension = self.fix_dimension(first.values.len()).await?;
        for record in &records {
            check_dimension(record.values.len(), dimension).map_err(|error| error.port(PROVIDER, OP))?;
        }
        let count = records.len();
        let mut work = self.begin(OP).await?;
        make_namespace(&mut work, namespace).await?;
        put(&mut work, namespace, records).await?;
        work.commit().await.map_err(|error| failed(OP, error))?;
        Ok(count)
    }

    async fn query(&self, namespace: &Namespace, query: &VectorQuery) -> PortResult<Vec<Match>> {
        const OP: &str = "search the vectors";
        let values = match &query.near {
            Near::Values(values) => values.clone(),
            Near::Record(id) => {
                let found = self.fetch(namespace, std::slice::from_ref(id)).await?;
                let missing = || {
                    let message = "there is no record of that id to start from";
                    PortError::new(ErrorKind::NotFound, PROVIDER, OP, message)
                };
                found.into_iter().next().ok_or_else(missing)?.values
            }
        };
        check_values(&values).map_err(|error| error.port(PROVIDER, OP))?;
        let Some(dimension) = self.known_dimension().await? else { return Ok(Vec::new()) };
        check_dimension(values.len(), dimension).map_err(|error| error.port(PROVIDER, OP))?;

        // The dimension is a number, the operator a word of ours; the index knows the column by just this expression.
        let operator = self.words().operator;
        let mut sql = QueryBuilder::new("select id, (embedding::halfvec(");
        sql.push(dimension).push(") ").push(operator).push(" ").push_bind(values);
        sql.push("::real[]::halfvec(").push(dimension).push("))::float8 as distance, ");
        sql.push(if query.include.values { "embedding::real[], sparse::text" } else { "null::real[], null::text" });
        sql.push(if query.include.metadata { ", metadata::text" } else { ", null::text" });
        sql.push(" from nexus_vectors where namespace = ").push_bind(namespace.as_str().to_owned());
        if let Some(passing) = &query.filter {
            sql.push(" and ");
            filter::push(passing, &mut sql);
        }
        // The query's values are the first parameter.
        sql.push(" order by embedding::halfvec(").push(dimension).push(") ").push(operator);
        sql.push(" $1::real[]::halfvec(").push(dimension).push(") limit ").push_bind(query.top_k.get() as i64);

        type Found = (String, f64, Option<Vec<f32>>, Option<String>, Option<String>);
        let mut work = self.begin(OP).await?;
        for setting in NEAREST_MUST {
            sqlx::query(setting).execute(&mut *work).await.map_err(|error| failed(OP, error))?;
        }
        let found: Vec<Found> = sql.build_query_as().fetch_all(&mut *work).await.map_err(|error| failed(OP, error))?;
        work.commit().await.map_err(|error| failed(OP, error))?;
        let matches = found.into_iter().map(|(id, distance, values, sparse, metadata)| {
            let VectorRecord { id, sparse, metadata, .. } =
                rows::record((id, Vec::new(), sparse, metadata.unwrap_or_else(|| "{}".into())))?;
            let metadata = query.include.metadata.then_some(metadata);
            Ok(Match { id, score: self.score(distance), values, sparse, metadata })
        });
        let mut matches = matches.collect::<PortResult<Vec<Match>>>()?;
        let nearness = |found: &Match| match self.metric {
            nexus_core::vectors::Metric::Euclidean => -found.score,
            nexus_core::vectors::Metric::Cosine | nexus_core::vectors::Metric::DotProduct => found.score,
        };
        matches.sort_by(|a, b| nearness(b).total_cmp(&nearness(a)).then_with(|| a.id.cmp(&b.id)));
        Ok(matches)
    }

    async fn fetch(&self, namespace: &Namespace, ids: &[RecordId]) -> PortResult<Vec<VectorRecord>> {
        let wanted: Vec<String> = ids.iter().map(|id| id.as_str().to_owned()).collect();
        let mut sql = select(namespace);
        sql.push(" and id = any(").push_bind(wanted).push("::text[]) order by id");
        self.records(sql).await
    }

    async fn fetch_matching(
        &self,
        namespace: &Namespace,
        passing: &Filter,
        paging: &Paging,
    ) -> PortResult<Page<VectorRecord>> {
        let mut sql = select(namespace);
        sql.push(" and id > ").push_bind(paging.after.clone().unwrap_or_default()).push(" and ");
        filter::push(passing, &mut sql);
        sql.push(" order by id limit ").push_bind(paging.limit as i64 + 1);
        Ok(cut(self.records(sql).await?, paging.limit, |record| record.id.as_str()))
    }

    async fn update(&self, namespace: &Namespace, update: VectorUpdate) -> PortResult<u64> {
        const OP: &str = "update the vectors";
        let mut sql = QueryBuilder::new("update nexus_vectors set metadata = metadata || ");
        match update {
            VectorUpdate::Record { id, values, sparse, metadata } => {
                sql.push_bind(metadata.to_json().to_string()).push("::jsonb");
                if let Some(values) = values {
                    check_values(&values).map_err(|error| error.port(PROVIDER, OP))?;
                    if let Some(dimension) = self.known_dimension().await? {
                        check_dimension(values.len(), dimension).map_err(|error| error.port(PROVIDER, OP))?;
                    }
                    sql.push(", embedding = ").push_bind(values).push("::real[]::halfvec");
                }
                if let Some(sparse) = sparse {
                    sql.push(", sparse = ").push_bind(serde_json::json!(sparse).to_string()).push("::jsonb");
                }
                sql.push(" where namespace = ").push_bind(namespace.as_str().to_owned());
                sql.push(" and id = ").push_bind(id.as_str().to_owned());
            }
            VectorUpdate::Matching { filter: passing, metadata } => {
                sql.push_bind(metadata.to_json().to_string()).push("::jsonb");
                sql.push(" where namespace = ").push_bind(namespace.as_str().to_owned()).push(" and ");
                filter::push(&passing, &mut sql);
            }
        }
        let done = sql.build().execute(self.ready().await?).await.map_err(|error| failed(OP, error))?;
        Ok(done.rows_affected())
    }

    async fn delete(&self, namespace: &Namespace, deletion: &Deletion) -> PortResult<()> {
        let mut sql = QueryBuilder::new("delete from nexus_vectors where namespace = ");
        sql.push_bind(namespace.as_str().to_owned());
        match deletion {
            Deletion::Ids(ids) => {
                let ids: Vec<String> = ids.iter().map(|id| id.as_str().to_owned()).collect();
                sql.push(" and id = any(").push_bind(ids).push("::text[])");
            }
            Deletion::All => {}
            Deletion::Matching(passing) => {
                sql.push(" and ");
                filter::push(passing, &mut sql);
            }
        }
        let done = sql.build().execute(self.ready().await?).await;
        done.map(drop).map_err(|error| failed("delete the vectors", error))
    }

    async fn list(&self, namespace: &Namespace, paging: &Paging) -> PortResult<Page<RecordId>> {
        let ids: Vec<String> = sqlx::query_scalar(
            "select id from nexus_vectors
            where namespace = $1 and id > $2 and starts_with(id, $3) order by id limit $4",
        )
        .bind(namespace.as_str())
        .bind(paging.after.as_deref().unwrap_or_default())
        .bind(&paging.prefix)
        .bind(paging.limit as i64 + 1)
        .fetch_all(self.ready().await?)
        .await
        .map_err(|error| failed("list the vectors", error))?;
        let ids = ids.iter().map(|id| rows::record_id(id)).collect::<PortResult<_>>()?;
        Ok(cut(ids, paging.limit, RecordId::as_str))
    }

    async fn stats(&self, passing: Option<&Filter>) -> PortResult<IndexStats> {
        let dimension = self.known_dimension().await?;
        let mut sql = QueryBuilder::new(
            "select n.name, count(v.id) from nexus_vector_namespaces n
            left join (select namespace, id from nexus_vectors where ",
        );
        filter::push(passing.unwrap_or(&Filter::All(Vec::new())), &mut sql);
        sql.push(") v on v.namespace = n.name group by n.name");
        let counts: Vec<(String, i64)> = sql
            .build_query_as()
            .fetch_all(self.ready().await?)
            .await
            .map_err(|error| failed("count the vectors", error))?;
        let namespaces = counts.into_iter().map(|(name, count)| Ok((rows::namespace(&name)?, count.cast_unsigned())));
        Ok(IndexStats { dimension, metric: self.metric, namespaces: namespaces.collect::<PortResult<_>>()? })
    }

    async fn namespaces(&self, paging: &Paging) -> PortResult<Page<NamespaceInfo>> {
        let found: Vec<(String, i64)> = sqlx::query_as(
            "select name, (select count(*) from nexus_vectors where namespace = name) from nexus_vector_namespaces
            where name > $1 and starts_with(name, $2) order by name limit $3",
        )
        .bind(paging.after.as_deref().unwrap_or_default())
        .bind(&paging.prefix)
        .bind(paging.limit as i64 + 1)
        .fetch_all(self.ready().await?)
        .await
        .map_err(|error| failed("list the namespaces", error))?;
        let named = |(name, count): (String, i64)| {
            Ok(NamespaceInfo { name: rows::namespace(&name)?, records: count.cast_unsigned() })
        };
        let items = found.into_iter().map(named).collect::<PortResult<_>>()?;
        Ok(cut(items, paging.limit, |info: &NamespaceInfo| info.name.as_str()))
    }

    async fn namespace(&self, namespace: &Namespace) -> PortResult<NamespaceInfo> {
        const OP: &str = "find the namespace";
        let count: Option<i64> = sqlx::query_scalar(
            "select (select count(*) from nexus_vectors where namespace = name) from nexus_vector_namespaces
            where name = $1",
        )
        .bind(namespace.as_str())
        .fetch_optional(self.ready().await?)
        .await
        .map_err(|error| failed(OP, error))?;
        let missing =
            || PortError::new(ErrorKind::NotFound, PROVIDER, OP, format!("there is no namespace '{namespace}'"));
        Ok(NamespaceInfo { name: namespace.clone(), records: count.ok_or_else(missing)?.cast_unsigned() })
    }

    async fn create_namespace(&self, namespace: &Namespace) -> PortResult<NamespaceInfo> {
        const OP: &str = "create the namespace";
        let mut work = self.begin(OP).await?;
        let made = make_namespace(&mut work, namespace).await?;
        work.commit().await.map_err(|error| failed(OP, error))?;
        if made {
            return Ok(NamespaceInfo { name: namespace.clone(), records: 0 });
        }
        let message = format!("there is a namespace '{namespace}' already");
        Err(PortError::new(ErrorKind::Conflict, PROVIDER, OP, message))
    }

    async fn delete_namespace(&self, namespace: &Namespace) -> PortResult<()> {
        const OP: &str = "delete the namespace";
        let mut work = self.begin(OP).await?;
        for statement in
            ["delete from nexus_vectors where namespace = $1", "delete from nexus_vector_namespaces where name = $1"]
        {
            let done = sqlx::query(statement).bind(namespace.as_str()).execute(&mut *work).await;
            done.map_err(|error| failed(OP, error))?;
        }
        work.commit().await.map_err(|error| failed(OP, error))
    }
}

impl PgVectorIndex {
    async fn begin(&self, op: &'static str) -> PortResult<Transaction<'static, Postgres>> {
        self.ready().await?.begin().await.map_err(|error| failed(op, error))
    }

    async fn records(&self, mut sql: QueryBuilder<Postgres>) -> PortResult<Vec<VectorRecord>> {
        let rows: Vec<Row> = sql
            .build_query_as()
            .fetch_all(self.ready().await?)
            .await
            .map_err(|error| failed("fetch the vectors", error))?;
        rows.into_iter().map(rows::record).collect()
    }
}

fn select(namespace: &Namespace) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new("select ");
    sql.push(COLUMNS).push(" from nexus_vectors where namespace = ").push_bind(namespace.as_str().to_owned());
    sql
}

/// Makes a namespace when it is not there; whether it did.
async fn make_namespace(work: &mut Transaction<'_, Postgres>, namespace: &Namespace) -> PortResult<bool> {
    let made = sqlx::query(MAKE_NAMESPACE).bind(namespace.as_str()).execute(&mut **work).await;
    Ok(made.map_err(|error| failed("create the namespace", error))?.rows_affected() == 1)
}

/// Adds or replaces records, in one statement; of a repeated id the last one counts.
async fn put(
    work: &mut Transaction<'_, Postgres>,
    namespace: &Namespace,
    records: Vec<VectorRecord>,
) -> PortResult<()> {
    let last: std::collections::BTreeMap<String, VectorRecord> =
        records.into_iter().map(|record| (record.id.as_str().to_owned(), record)).collect();
    let mut columns: [Vec<Option<String>>; 4] = Default::default();
    let [ids, embeddings, sparse, metadata] = &mut columns;
    for (id, record) in last {
        ids.push(Some(id));
        embeddings.push(Some(vector_text(&record.values)));
        sparse.push(record.sparse.map(|sparse| serde_json::json!(sparse).to_string()));
        metadata.push(Some(record.metadata.to_json().to_string()));
    }
    let [ids, embeddings, sparse, metadata] = columns;
    let query = sqlx::query(PUT).bind(namespace.as_str()).bind(ids).bind(embeddings).bind(sparse).bind(metadata);
    query.execute(&mut **work).await.map(drop).map_err(|error| failed("store the vectors", error))
}

/// `[1,0.5]`, as pgvector reads it.
fn vector_text(values: &[f32]) -> String {
    let values: Vec<String> = values.iter().map(f32::to_string).collect();
    format!("[{}]", values.join(","))
}

/// At most `limit` of `items`; when there are more, the next page begins after the last of these.
fn cut<T>(mut items: Vec<T>, limit: usize, name: impl Fn(&T) -> &str) -> Page<T> {
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|last| name(last).to_owned());
    Page { items, next }
}
