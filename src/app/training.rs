//! The practice site: four listeners, one for each face of a class. A request is given to the app of the desk whose seat its
//! cookie holds; each desk has its own apps, made of the very routes and guards of production.
mod apps;

use crate::{
    training::{self, Desk, Engine, School},
    web::{self as pages, Certificate},
};
use actix_http::Request;
use actix_service::{IntoServiceFactory, Service, ServiceFactory, fn_factory_with_config, fn_service};
use actix_web::{
    Error, HttpServer,
    body::{BoxBody, MessageBody},
    cookie::Cookie,
    dev::{AppConfig, Server, ServiceResponse},
    http::{
        Uri,
        header::{CONTENT_DISPOSITION, COOKIE, HeaderValue},
        uri::PathAndQuery,
    },
    rt,
};
use futures_util::future::LocalBoxFuture;
use std::{cell::RefCell, collections::HashMap, io, net::TcpListener, rc::Rc, sync::Arc, time::Duration};
use tokio::sync::broadcast::error::RecvError;

/// What a school needs of this program.
pub const ENGINE: Engine = Engine {
    prepare: |workspace| Box::pin(super::prepare(workspace)),
    planner: super::planner,
    runner: super::runner,
};

/// One of the four pages that a class has, in the order of their ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Face {
    Console,
    Public,
    Bank,
    Mails,
}

impl Face {
    pub const ALL: [Face; 4] = [Face::Console, Face::Public, Face::Bank, Face::Mails];
}

/// Serves the four faces on sockets that are bound already, in the order of [`Face::ALL`].
pub fn serve_training(
    school: &School,
    sockets: [TcpListener; 4],
    certificate: Option<Arc<Certificate>>,
) -> io::Result<Vec<Server>> {
    let faces = Face::ALL.into_iter().zip(sockets);
    faces
        .map(|(face, socket)| serve_face(school, face, socket, certificate.clone()))
        .collect()
}

fn serve_face(
    school: &School,
    face: Face,
    socket: TcpListener,
    certificate: Option<Arc<Certificate>>,
) -> io::Result<Server> {
    let school = school.clone();
    let server = HttpServer::new(move || {
        let school = school.clone();
        fn_factory_with_config(move |config: AppConfig| {
            let school = school.clone();
            async move {
                let hall = Rc::new(Hall::open(school, face, config).await?);
                rt::spawn(hall.clone().be_ready());
                Ok::<_, ()>(fn_service(move |req: Request| {
                    let hall = hall.clone();
                    async move { hall.serve(req).await }
                }))
            }
        })
    })
    .workers(match face {
        // Where a whole class works at once, as the real ones have it.
        Face::Console | Face::Public => 2,
        _ => 1,
    })
    .client_request_timeout(Duration::from_secs(5))
    .client_disconnect_timeout(Duration::from_secs(5))
    .shutdown_timeout(5)
    .disable_signals();
    let bound = match certificate {
        None => server.listen(socket)?,
        Some(certificate) => {
            let tls = pages::server_config(certificate).map_err(io::Error::other)?;
            server.listen_rustls_0_23(socket, tls)?
        }
    };
    Ok(bound.run())
}

/// An app that answers requests.
type Answering = Rc<dyn Fn(Request) -> LocalBoxFuture<'static, Result<ServiceResponse<BoxBody>, Error>>>;

/// Makes an app ready, as the server does with the one that it is given.
async fn ready<A, S, B>(app: A, config: AppConfig) -> Result<Answering, ()>
where
    A: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    let service = app.into_factory().new_service(config).await.map_err(drop)?;
    let service = Rc::new(service);
    Ok(Rc::new(move |req| {
        let service = service.clone();
        Box::pin(async move { Ok(service.call(req).await?.map_into_boxed_body()) })
    }))
}

/// One face in one thread: the way in, and the apps of the desks that were asked for.
struct Hall {
    school: School,
    face: Face,
    config: AppConfig,
    /// The name of the cookie that holds a seat.
    seat: String,
    /// Where somebody without a seat is led.
    room: Answering,
    /// By desk and whether a machine calls, with the generation that the app was made for.
    desks: RefCell<HashMap<(String, bool), (u32, Answering)>>,
}

impl Hall {
    async fn open(school: School, face: Face, config: AppConfig) -> Result<Self, ()> {
        let room = match face {
            Face::Console => ready(apps::room(school.clone()), config.clone()).await?,
            _ => ready(apps::to_the_room(school.clone()), config.clone()).await?,
        };
        Ok(Self {
            seat: apps::room_site(&school).cookie_name(training::SEAT),
            school,
            face,
            config,
            room,
            desks: RefCell::default(),
        })
    }

    async fn serve(&self, mut req: Request) -> Result<ServiceResponse<BoxBody>, Error> {
        let named = take_desk(&mut req);
        // What carries its own proof is reached by its address; whoever comes by a link in a mail has a seat.
        let is_machine = match self.face {
            Face::Public => req.path().starts_with("/gateway/"),
            Face::Bank => req.path().starts_with("/api"),
            Face::Console | Face::Mails => false,
        };
        let is_room = self.face == Face::Console && req.path().starts_with("/training");
        let called = named.filter(|_| is_machine);
        let desk = match &called {
            Some(id) => self.school.desk(id),
            None => self.seat(&req).and_then(|desk| self.school.desk(&desk)),
        };
        let answering = match desk {
            Some(desk) if !is_room => self.app_of(&desk, called.is_some()).await,
            _ => self.room.clone(),
        };
        let mut response = answering(req).await?;
        mark_file(&mut response);
        Ok(response)
    }

    /// Makes the app of a desk when somebody takes a seat there: the first page of each in a class does not wait for those of
    /// all others.
    async fn be_ready(self: Rc<Self>) {
        if !matches!(self.face, Face::Console | Face::Public) {
            return;
        }
        let mut taken = self.school.taken();
        loop {
            match taken.recv().await.map(|desk| self.school.desk(&desk)) {
                Ok(Some(desk)) => drop(self.app_of(&desk, false).await),
                // It is made when it is asked for.
                Ok(None) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    }

    fn seat(&self, req: &Request) -> Option<String> {
        let lines = req
            .head()
            .headers()
            .get_all(COOKIE)
            .filter_map(|line| line.to_str().ok());
        let mut cookies = lines
            .flat_map(|line| line.split(';'))
            .filter_map(|part| Cookie::parse(part.trim()).ok());
        let token = cookies.find(|cookie| cookie.name() == self.seat)?.value().to_owned();
        self.school.desk_of_token(&token)
    }

    async fn app_of(&self, desk: &Desk, called: bool) -> Answering {
        let key = (desk.id.clone(), called);
        if let Some((generation, app)) = self.desks.borrow().get(&key)
            && *generation == desk.generation
        {
            return app.clone();
        }
        let (config, listed) = (self.config.clone(), (!called).then(|| apps::networks(&self.school)));
        let site = apps::site_of(desk, self.school.trusted_proxies());
        let made = match self.face {
            Face::Console => apps::ready_console(&self.school, desk, config).await,
            Face::Public => ready(apps::public(site, desk.clone(), listed), config).await,
            Face::Bank => ready(apps::bank(site, desk.clone(), listed), config).await,
            Face::Mails => ready(apps::mails(site, desk.clone(), listed), config).await,
        };
        let Ok(app) = made else {
            tracing::error!(desk = desk.id, "the app of a desk could not be made");
            return self.room.clone();
        };
        self.desks
            .borrow_mut()
            .retain(|(id, _), _| self.school.desk(id).is_some());
        self.desks.borrow_mut().insert(key, (desk.generation, app.clone()));
        app
    }
}

/// `/desk/ID/…`: takes the desk out of the address.
fn take_desk(req: &mut Request) -> Option<String> {
    let rest = req.path().strip_prefix("/desk/")?;
    let (id, path) = rest.split_once('/')?;
    let query = req.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let (id, path) = (id.to_owned(), format!("/{path}{query}"));
    let mut parts = req.uri().clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path).ok()?);
    let uri = Uri::from_parts(parts).ok()?;
    req.head_mut().uri = uri;
    Some(id)
}

/// A file that leaves a practice desk says so in its name.
fn mark_file(response: &mut ServiceResponse<BoxBody>) {
    let path = response.request().path().to_owned();
    let headers = response.headers_mut();
    let old = headers.get(CONTENT_DISPOSITION).and_then(|value| value.to_str().ok());
    let new = old.and_then(|old| pages::document::marked(old, &path));
    if let Some(value) = new.and_then(|new| HeaderValue::from_str(&new).ok()) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
}
