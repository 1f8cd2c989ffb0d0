import time, sys, io, json, logging
import polars as pl, sqlalchemy as sa, psycopg, pytest
from tests.services.inventory import *
from tests.conftest import *
from discovery_app.database import unit_of_work
N=int(__import__("os").environ.get("N","300000"))
def big(n):
    i=pl.int_range(n,eager=True,dtype=pl.UInt32)
    f=pl.DataFrame({"record":i}).with_columns(
      table=pl.lit(0,pl.UInt16), row_number=pl.col.record+2, file=pl.lit("big.csv"), sheet=pl.lit(""), source=pl.lit("rvtools"),
      asset_name=pl.format("srv-{}",pl.col.record), hostname=pl.format("srv-{}",pl.col.record), fqdn=pl.format("srv-{}.corp.example.com",pl.col.record),
      external_id=pl.format("vm-{}",pl.col.record), serial_number=pl.format("SER{}",pl.col.record),
      ip_address=pl.concat_list(pl.format("10.{}.{}.{}",pl.col.record//65536,pl.col.record//256%256,pl.col.record%256)),
      asset_type=pl.lit("virtual_machine"), power_state=pl.lit("on"), environment=pl.lit("production"), operating_system=pl.lit("Red Hat Enterprise Linux 8.6"),
      cpu_cores=(pl.col.record%16+1).cast(pl.Int64), memory_mb=(pl.col.record%64*1024).cast(pl.Int64), storage_provisioned_gb=pl.col.record.cast(pl.Float64)/7,
      application_name=pl.format("App {}",pl.col.record%500), business_owner=pl.format("Owner {}",pl.col.record%90), location=pl.lit("Berlin"),
      custom=pl.lit(None,pl.String), in_scope=pl.lit(True), scope_reason=pl.lit(None,pl.String), type_rule=pl.lit("source_type"), type_reason=pl.lit("The source says virtual machine."), type_confidence=pl.lit(0.95),
      key_external_id=pl.format("vm-{}",pl.col.record), key_serial=pl.format("ser{}",pl.col.record), key_uuid=pl.lit(None,pl.String), key_fqdn=pl.format("srv-{}.corp.example.com",pl.col.record), key_host_ip=pl.format("srv-{}|10.{}.{}.{}",pl.col.record,pl.col.record//65536,pl.col.record//256%256,pl.col.record%256),
      duplicates=pl.lit(None,pl.List(pl.String)))
    fi=pl.DataFrame({"record":i}).with_columns(raw=pl.lit("Red Hat Enterprise Linux 8.6"),product=pl.lit("rhel"),cycle=pl.lit("8"),state=pl.lit("supported"),eol_date=pl.lit(date(2029,5,31)),extended_until=pl.lit(None,pl.Date),evidence=pl.lit("RHEL 8 is supported until 2029-05-31 (endoflife.date of 2026-08-22)."),confidence=pl.lit(0.95))
    de=pl.DataFrame({"record":i}).with_columns(treatment=pl.lit("rehost"),rule=pl.lit("H1"),confidence=pl.lit(0.8),inputs=pl.lit('{"cpu_cores":{"value":4,"source":"big.csv"},"memory_mb":{"value":8192,"source":"big.csv"}}'),also_matched=pl.lit([],pl.List(pl.String)),override=pl.lit(None,pl.String),reason=pl.lit("Sizing known and OS supported."))
    return f,fi,de
def test_bench(database, server, template, monkeypatch):
    logging.basicConfig()
    e=Estate(database)
    f,fi,de=big(N)
    pub=lambda s: Publication(session_id=s,as_of=AS_OF,rows_in=N,excluded=0,rejected=0,candidates=f,edges=frame(EDGES,[]),groups=frame(GROUPS,[]),findings=fi,decisions=de)
    log=[]
    @sa.event.listens_for(sa.Engine,"before_cursor_execute")
    def b(conn,cur,stmt,par,ctx,many): ctx.t0=time.time()
    @sa.event.listens_for(sa.Engine,"after_cursor_execute")
    def a(conn,cur,stmt,par,ctx,many): log.append((time.time()-ctx.t0,stmt[:70].replace("\n"," ")))
    import discovery_app.services.staging as st
    orig=st.stage_frame
    def timed(s,n,*x):
        t=time.time(); orig(s,n,*x); log.append((time.time()-t,"STAGE "+n))
    monkeypatch.setattr(st,"stage_frame",timed)
    def go(sid):
        log.clear(); t=time.time()
        with unit_of_work(e.scope) as s: c=AssetService(s).publish(e.scope,pub(sid))
        print("publish",round(time.time()-t,2),c.accounting)
        for d,x in log:
            if d>.05: print("   ",round(d,2),x)
    print(); e.upload(); go(e.upload())
    from discovery_app.services.asset_queries import AssetQueries
    from discovery_app.domain.inventory import AssetFilter
    from discovery_app.services.modernisation import ModernisationService
    from discovery_app.services.readiness import ReadinessService
    from discovery_app.services.summaries import SummaryService
    from discovery_app.services.exports import ExportService
    import resource
    with unit_of_work(e.scope) as s:
        q=AssetQueries(s); m=ModernisationService(s)
        s.execute(sa.text("set local statement_timeout='25s'"))
        def t(name,f):
            t0=time.time()
            try:
                with s.begin_nested(): f()
            except sa.exc.OperationalError: print('TIMEOUT',flush=True)
            print("  ",name,round(time.time()-t0,3),flush=True)
        t("page default",lambda:q.page(e.scope))
        t("page search",lambda:q.page(e.scope,AssetFilter(search="srv-2999 berlin")))
        t("page deep",lambda:q.page(e.scope,offset=N-100))
        t("page sort memory",lambda:q.page(e.scope,sort="memory_mb",descending=True))
        t("page filter",lambda:q.page(e.scope,AssetFilter(chosen={"environment":("production",),"support_state":("supported",)})))
        t("page sort support_state",lambda:q.page(e.scope,sort="support_state"))
        t("facets",lambda:q.facets(e.scope))
